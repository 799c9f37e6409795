import ArgumentParser
import Foundation
import RelayConfig

/// The options that say where the configuration comes from, shared by the commands that read it.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "Configuration file (default: \(ConfigurationRequest.defaultFile)).")
    var file: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Set one key; may be repeated. Secrets are refused here.", valueName: "key=value")
    )
    var sets: [String] = []

    /// Reads and checks everything, or prints every problem and exits with 1.
    func load(dev: Bool) throws -> LoadedConfiguration {
        do {
            return try read(dev: dev)
        } catch {
            throw error.printed
        }
    }

    /// Reads and checks everything.
    func read(dev: Bool) throws(ConfigurationErrors) -> LoadedConfiguration {
        let request = ConfigurationRequest(
            file: file,
            environment: ProcessInfo.processInfo.environment,
            sets: sets,
            dev: dev
        )
        return try ConfigurationLoader.load(request)
    }
}

extension ConfigurationErrors {
    /// Prints each problem on a line of its own, bare, so that editors find file, line and column.
    var printed: ExitCode {
        for problem in problems { StandardError.print(problem.description, .error) }
        return .failure
    }
}

/// Ends the command with words for the person at the terminal, and exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
