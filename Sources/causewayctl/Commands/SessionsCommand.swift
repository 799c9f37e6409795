internal import ArgumentParser
internal import RelayAdmin

struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "List the sessions, newest first; with an id, show one session and its users."
    )

    @Argument(help: "The session's id.", completion: SessionArgument.completion)
    var id: String?

    @Option(help: "Sessions to list, 1 to 100.")
    var limit = 20

    @Option(help: "Which page of them, from 1.")
    var page = 1

    @Flag(
        help: "List those in which somebody does not get through first, then others that are played, then all others."
    )
    var playedFirst = false

    @Flag(help: "Print the ids alone, one a line.")
    var ids = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...100).contains(limit) else { throw ValidationError("--limit is 1 to 100, not \(limit)") }
        guard page >= 1 else { throw ValidationError("--page is 1 or more, not \(page)") }
    }

    func run() async throws {
        try await connection.withDaemon { daemon in
            if let id {
                let detail = try await daemon.get(SessionDetailBody.self, SessionArgument.resource(id))
                if connection.json { return try Output.json(detail) }
                return Output.lines(
                    SessionText.details(detail.session) + [""] + SessionText.lines(detail.users)
                )
            }
            let show = playedFirst ? "&show=all" : ""
            let found = try await daemon.get(SessionsBody.self, "/control/sessions?page=\(page)&limit=\(limit)" + show)
            if connection.json { return try Output.json(found) }
            if ids { return Output.lines(found.sessions.map(\.id)) }
            if found.total == 0 { return Output.lines(["No sessions."]) }
            var lines = SessionText.table(found.sessions).lines
            if found.sessions.count < found.total {
                lines.append("\(found.sessions.count) of \(found.total) sessions; --limit and --page show others")
            }
            Output.lines(lines)
        }
    }
}

/// The id of a session on the command line.
enum SessionArgument {
    static let completion = CompletionKind.shellCommand("causewayctl sessions --ids --limit 100 2>/dev/null")

    /// Its place at the control socket.
    static func resource(_ id: String) -> String { "/control/sessions/\(id.asPathSegment)" }
}
