internal import ArgumentParser
internal import RelayAdmin

struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the daemon read its configuration anew, and print what changed.",
        discussion: """
            All or nothing: where the new configuration has an error, nothing of it is taken over, and the exit status is 1. \
            Environment and --set stay those that the daemon was started with.
            """
    )

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let report = try await connection.withDaemon { daemon in
            try await daemon.call(ReloadBody.self, .post, "/control/reload")
        }
        if connection.json {
            try Output.json(report)
        } else if report.isApplied {
            Output.lines(Self.lines(report))
        } else {
            Output.lines(
                ["Nothing was reloaded; the relay goes on with what it had."] + report.problems.map { "  \($0)" }
            )
        }
        if !report.isApplied { throw ExitCode.failure }
    }

    private static func lines(_ report: ReloadBody) -> [String] {
        var lines = report.changed.map { "changed: \($0)" }
        lines += report.needsRestart.map { "changed, but takes effect only after a restart: \($0)" }
        return lines.isEmpty ? ["Reloaded; nothing has changed."] : lines
    }
}
