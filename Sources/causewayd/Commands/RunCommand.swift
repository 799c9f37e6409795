import ArgumentParser
import Foundation
import Logging
import RelayConfig

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the relay in the foreground.",
        discussion: """
            SIGTERM and SIGINT stop it cleanly, SIGHUP reloads the configuration, SIGUSR1 drains: no new sessions, and the \
            daemon stops when the last one has ended. With --dev the API listens on loopback only, the state lives in a temporary \
            directory, and one key with all scopes is taken from CAUSEWAY_DEV_KEY or made up and printed.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "For trying out and for tests: no configuration needed.")
    var dev = false

    func run() async throws {
        let loaded = try loadForRun()
        let logger = Self.makeLogger(loaded.configuration.log)
        for warning in loaded.warnings { logger.warning("\(warning)") }
        let development = try dev ? DevelopmentMode(environment: ProcessInfo.processInfo.environment) : nil
        defer { development?.removeTemporaryState() }
        let configuration = loaded.configuration.overlaid(by: development)
        let daemon = try Daemon(configuration, development: development, logger: logger) { [self] in
            let loaded = try options.read(dev: dev)
            try loaded.validateForRun()
            return loaded.configuration.overlaid(by: development)
        }
        try await daemon.run()
    }

    private func loadForRun() throws -> LoadedConfiguration {
        let loaded = try options.load(dev: dev)
        do {
            try loaded.validateForRun()
        } catch {
            throw error.printed
        }
        return loaded
    }

    private static func makeLogger(_ settings: Configuration.Log) -> Logger {
        LogLevelSwitch.level = Logger.Level(rawValue: settings.level.rawValue) ?? .info
        let form: LineLogHandler.Form = settings.format == .json ? .json : .text
        LoggingSystem.bootstrap { LineLogHandler(label: $0, form: form) }
        return Logger(label: "causewayd")
    }
}
