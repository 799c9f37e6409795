internal import ArgumentParser
internal import RelayAdmin

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say why a session's players do or do not get through, and what to do about it.",
        discussion: """
            Looks for a second at what the relay drops, so ask while the player tries. Findings about the relay count \
            everybody's datagrams.
            """
    )

    @Argument(help: "The session's id.", completion: SessionArgument.completion)
    var id: String

    @Argument(help: "The user's number, 1 for the session's first user; all of them without.")
    var user: Int?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let query = user.map { "?user=\($0)" } ?? ""
            let why = try await daemon.get(WhyBody.self, SessionArgument.resource(id) + "/why" + query)
            if connection.json { return try Output.json(why) }
            Output.lines(["Session \(why.session)"] + why.findings.flatMap(Self.lines))
        }
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
