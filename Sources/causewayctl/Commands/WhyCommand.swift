internal import ArgumentParser
internal import RelayAdmin

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say why a session's users do or do not get through, and what to do about it.",
        discussion: """
            Looks for a second at what the relay drops, so ask while the player tries. Findings about the relay count \
            everybody's datagrams.

            Exit status: 0 nothing is wrong, 1 the daemon cannot be reached or has no such session, 2 the session never had \
            that user, 3 a PROBLEM was found, 64 wrong usage.
            """
    )

    @Argument(help: "The session's id.", completion: SessionArgument.completion)
    var id: String

    @Argument(help: "The user's number, 1 for the session's first user; all of them without.")
    var user: Int?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let why = try await connection.withDaemon { daemon in
            let query = user.map { "?user=\($0)" } ?? ""
            return try await daemon.get(WhyBody.self, SessionArgument.resource(id) + "/why" + query)
        }
        if connection.json {
            try Output.json(why)
        } else {
            Output.lines(["Session \(why.session)"] + why.findings.flatMap(Self.lines))
        }
        if !why.isUserKnown { throw ExitStatus.noSuchUser }
        if why.findings.contains(where: { $0.weight == "problem" }) { throw ExitStatus.problem }
    }

    private static func lines(_ finding: FindingBody) -> [String] {
        let mark =
            switch finding.weight {
            case "good": "good   "
            case "problem": "PROBLEM"
            default: "note   "
            }
        return ["  \(mark)  \(finding.what)"] + (finding.advice.map { ["           → \($0)"] } ?? [])
    }
}
