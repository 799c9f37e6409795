internal import ArgumentParser
internal import RelayAdmin

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "List a session's users: who hosts, who is bound from where, when each was last heard."
    )

    @Argument(help: "The session's id.", completion: SessionArgument.completion)
    var id: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let detail = try await daemon.get(SessionDetailBody.self, SessionArgument.resource(id))
            if connection.json { return try Output.json(detail.users) }
            Output.lines(SessionText.table(detail.users).lines)
        }
    }
}
