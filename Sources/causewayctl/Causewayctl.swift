internal import ArgumentParser
internal import RelayCommands

/// The operator's tool.
@main
struct Causewayctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "causewayctl",
        abstract: "Look at a running relay and give it orders, through its control socket.",
        discussion: """
            Whoever may write to the socket's file may do everything; the daemon's user, its group and root are. Users of a \
            session are named by their numbers, 1 for the first; tokens are neither shown nor asked for.

            Exit status: 0 done, 1 the daemon cannot be reached or refused, 2 the session has no such user, 3 'why' found a \
            problem, 64 wrong usage.
            """,
        version: "causewayctl \(Version.number)",
        subcommands: [
            StatusCommand.self, SessionsCommand.self, UsersCommand.self, WhyCommand.self, TopCommand.self,
            DrainCommand.self, ReloadCommand.self, KickCommand.self, LogLevelCommand.self,
        ]
    )

    static func main() async { await runAsProgram() }
}
