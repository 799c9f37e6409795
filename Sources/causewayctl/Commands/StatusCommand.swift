internal import ArgumentParser
internal import RelayAdmin

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "How the relay is: version, sessions, rates over a second, drops by reason and what to do."
    )

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let first = try await daemon.get(StatusBody.self, "/control/status")
            try await Task.sleep(for: .seconds(1))
            let status = try await daemon.get(StatusBody.self, "/control/status")
            let rates = Rates(from: first, to: status)
            if connection.json { return try Output.json(RatedStatus(status: status, rates: rates)) }
            Output.lines(StatusText.lines(status, rates, explains: true))
        }
    }
}
