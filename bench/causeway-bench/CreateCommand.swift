internal import ArgumentParser
internal import BenchKit

/// `causeway-bench create`
struct CreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Measures how fast the relay's HTTP API creates sessions.",
        discussion: """
            Opens the connections, creates sessions over all of them at once, and deletes them in the end. With --rate \
            every create has a planned time that nothing delays, and latency counts from it; without, each connection \
            sends the next create when it has the answer to the last one.

            Example: CAUSEWAY_KEY=... causeway-bench create --rate 1000 --duration 5s

            Exit status: 0 success, 1 a create failed, 2 could not run, 130 ended by Ctrl-C.
            """
    )

    @OptionGroup(title: "API") var api: APIOptions

    @Option(help: "Connections that stay open, each with one create under way.")
    var connections = CreationPlan().connections

    @Option(help: "Users of each session, its host among them.")
    var users = CreationPlan().users

    @Option(help: "Creates a second, all connections together; 0 is as fast as the connections allow.")
    var rate = CreationPlan().rate

    @Option(help: "Sessions to create. (default: as many as --duration has room for)")
    var count: Int?

    @Option(help: "Time in which creates are sent, such as 5s or 500ms. (default: 5s)")
    var duration: DurationArgument?

    @Flag(help: "Leave the sessions at the relay instead of deleting them in the end.")
    var keep = false

    @Option(
        help: ArgumentHelp(
            "File, readable by its owner only, for the tokens: session, host, clients.",
            valueName: "file"
        )
    )
    var tokens: String?

    @Flag(help: "Print one JSON object with all figures instead of the summary.")
    var json = false

    mutating func run() async throws {
        let plan = try plan
        let key = try api.resolvedKey()
        let file = try tokens.map { path throws(BenchError) in try TokenFile(path: path) }
        let control = RunControl()
        let signals = Task { await Interrupts.pass(to: control) }
        defer { signals.cancel() }
        let run = CreationRun(plan: plan, target: api.resolvedTarget, key: key, control: control)
        let report = try await run.run(keepsSessions: keep, tokens: file)
        if report.notDeleted > 0 {
            Terminal.complain(
                "\(report.notDeleted) sessions could not be deleted; the relay ends them after its idle limit."
            )
        }
        print(json ? try report.json() : report.text())
        throw ExitCode(report.exitCode)
    }

    /// What the options describe.
    private var plan: CreationPlan {
        get throws(BenchError) {
            var plan = CreationPlan()
            plan.connections = connections
            plan.users = users
            plan.rate = rate
            switch (count, duration) {
            case (nil, nil): break
            case (let count?, nil): plan.length = .count(count)
            case (nil, let duration?): plan.length = .duration(duration.duration)
            case (_?, _?): throw BenchError("--count and --duration each say when to end; use one of them.")
            }
            try plan.validate()
            return plan
        }
    }
}
