internal import ArgumentParser
internal import BenchKit
internal import Glibc

/// The command: `run` measures a relay, `create` its API, `probe` tells whether one can be reached.
struct CausewayBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "causeway-bench",
        abstract: "Load generator and reachability test for relays that speak the Edgegap relay protocol.",
        discussion: """
            Exit status:
              0    success
              1    loss above --allow-loss, corrupt, misrouted, duplicated or unexpected datagrams; a create that failed; no answer to a probe
              2    the run could not be made; the error says what to do
              3    the load generator was the bottleneck, so its figures are not the relay's
              130  ended by Ctrl-C
            """,
        subcommands: [RunCommand.self, CreateCommand.self, ProbeCommand.self]
    )
}

@main
enum Main {
    static func main() async {
        do {
            var command = try CausewayBench.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            // Figures that were not written are lost: a full disk, or a reader that is gone.
            guard fflush(nil) == 0 else {
                Terminal.complain("The output could not be written: \(String(cString: strerror(errno)))")
                exit(ExitStatus.couldNotRun)
            }
        } catch let status as ExitCode {
            exit(status.rawValue)
        } catch {
            let isHelp = CausewayBench.exitCode(for: error) == .success
            let message = CausewayBench.fullMessage(for: error)
            if isHelp {
                print(message)
            } else {
                Terminal.complain(message)
            }
            exit(isHelp ? ExitStatus.ok : ExitStatus.couldNotRun)
        }
    }
}
