internal import ArgumentParser
internal import RelayAdmin

struct LogLevelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loglevel",
        abstract: "Change what the daemon logs, until the next reload or restart."
    )

    enum Level: String, CaseIterable, ExpressibleByArgument {
        case trace, debug, info, notice, warning, error, critical
    }

    @Argument(help: "The least severe level that is written.")
    var level: Level

    @OptionGroup var connection: ConnectionOptions

    private struct Order: Encodable {
        var level: String
    }

    func run() async throws {
        let answer = try await connection.withDaemon { daemon in
            try await daemon.call(LogLevelBody.self, .put, "/control/log-level", body: Order(level: level.rawValue))
        }
        if connection.json { return try Output.json(answer) }
        Output.lines(["log level \(answer.level) (was \(answer.previous))"])
    }
}
