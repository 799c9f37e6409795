internal import ArgumentParser
internal import BenchKit

/// `causeway-bench probe`
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Tells whether a relay's UDP port can be reached from here, without a key.",
        discussion: """
            Sends a few PINGs with tokens that nobody has, over IPv4 and IPv6 where the name has both, and waits up to \
            five seconds for the relay's answer to strangers.

            Exit status: 0 an address answered, 1 none did, 2 the name cannot be resolved.
            """
    )

    @Option(help: ArgumentHelp("The relay's name or address and one of its UDP ports.", valueName: "host:port"))
    var relay: String

    mutating func run() async throws {
        guard let endpoint = RelayEndpointText(relay) else {
            throw BenchError(
                "--relay \(relay) is not HOST:PORT, such as relay.example.net:32000 or [2001:db8::1]:32000."
            )
        }
        let addresses = try UDPAddress.resolve(host: endpoint.host, port: endpoint.port)
        var isReachable = false
        for address in addresses {
            let finding = RelayProbe().probe(address)
            print("\(address): \(finding.text)")
            isReachable = isReachable || finding.isReachable
        }
        throw ExitCode(isReachable ? ExitStatus.ok : ExitStatus.failed)
    }
}
