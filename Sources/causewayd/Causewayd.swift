import ArgumentParser
import RelayCommands

/// The relay daemon.
@main
struct Causewayd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "causewayd",
        abstract: "A self-hosted UDP relay for multiplayer games.",
        discussion: "Start with 'causewayd run --dev'. Every key of the configuration: 'causewayd print-config'.",
        version: Version.line,
        subcommands: [
            RunCommand.self, CheckConfigCommand.self, PrintConfigCommand.self, VersionCommand.self, NewKeyCommand.self,
        ]
    )

    static func main() async { await runAsProgram(errorPrefix: StandardError.prefix(.error)) }
}
