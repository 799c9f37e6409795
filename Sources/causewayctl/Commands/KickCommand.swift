internal import ArgumentParser
internal import RelayAdmin

struct KickCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kick",
        abstract: "End a session, or with a user's number revoke that user: nothing of it passes any more.",
        discussion: "Exit status: 0 done, 1 the daemon cannot be reached or refused, 2 the session has no such user."
    )

    @Argument(help: "The session's id.", completion: SessionArgument.completion)
    var id: String

    @Argument(help: "The user's number, 1 for the session's first user, or its connection id. Never a token.")
    var user: Int?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let resource = SessionArgument.resource(id) + (user.map { "/users/\($0)" } ?? "")
        let answer = try await connection.withDaemon { daemon in
            do {
                return try await daemon.call(MessageBody.self, .delete, resource)
            } catch let error as ControlError where error.isNotFound && user != nil {
                // Either the session or the user is not there; the first is an error like any other.
                _ = try await daemon.get(SessionDetailBody.self, SessionArgument.resource(id))
                Output.complain(error.description)
                throw ExitStatus.noSuchUser
            }
        }
        if connection.json { try Output.json(answer) } else { Output.lines([answer.message]) }
    }
}
