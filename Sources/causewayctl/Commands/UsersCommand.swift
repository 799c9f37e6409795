internal import ArgumentParser
internal import RelayAdmin

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "List a session's users: who hosts, who is bound from where, and how each arrives.",
        discussion: """
            STANDING is whether a user gets through; a problem is explained by 'causewayctl why'. RATE is what came from a user in the last second. JITTER is how much the time between two PINGs varies, MISSED \
            the share of PINGs that did not come; GAPS counts silences of a second and longer, \
            LONGEST is the longest. MOVES are changes of address, REJOINS new connection ids. DROPPED has the two most \
            frequent reasons.
            """
    )

    @Argument(help: "The session's id.", completion: SessionArgument.completion)
    var id: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let detail = try await daemon.get(SessionDetailBody.self, SessionArgument.resource(id))
            if connection.json { return try Output.json(detail.users) }
            Output.lines(SessionText.lines(detail.users))
        }
    }
}
