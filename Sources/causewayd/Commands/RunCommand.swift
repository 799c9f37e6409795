import ArgumentParser
import Foundation
import Logging
import RelayConfig
import RelaySystemd

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
        // First: it changes the environment, which other threads read later.
        let inherited = InheritedDescriptors.take()
        do {
            try await start(inherited)
        } catch {
            await Self.slowDownRestarts()
            throw error
        }
    }

    /// The unit restarts a daemon at once that ends, however often. One that cannot run must not do that as fast as it can.
    private static func slowDownRestarts() async {
        guard let notifier = ServiceNotifier.connect() else { return }
        notifier.status("cannot run: see the log")
        try? await Task.sleep(for: .seconds(1))
    }

    private func start(_ inherited: [InheritedDescriptor]) async throws {
        let loaded = try options.load(dev: dev)
        let logger = Self.makeLogger(loaded.configuration.log)
        // What is in the way of a destination that does not read goes with the process.
        defer { LogQueue.shared.flush(milliseconds: 500) }
        do {
            try await serve(loaded, inherited, logger)
        } catch {
            throw Self.fatal(error, logger, loaded.configuration.log)
        }
    }

    private func serve(_ loaded: LoadedConfiguration, _ inherited: [InheritedDescriptor], _ logger: Logger) async throws
    {
        let development = try dev ? DevelopmentMode(environment: ProcessInfo.processInfo.environment) : nil
        defer { development?.removeTemporaryState() }
        let configuration = loaded.configuration.overlaid(by: development)
        let opened = try Premises.open(loaded, configuration, inherited: inherited, isCheck: false)
        let daemon = try Daemon(
            configuration,
            premises: opened.premises,
            development: development,
            inherited: inherited,
            logger: logger
        ) { [self] in
            let loaded = try options.read(dev: dev)
            try loaded.validateForRun(seesCredentials: true)
            return loaded.configuration.overlaid(by: development)
        }
        // Datagrams flow by now; what there is to say can wait for them.
        for warning in loaded.warnings + opened.warnings.map(\.description) { logger.warning("\(warning)") }
        try await daemon.run()
    }

    /// Says why the daemon ends, where whoever looks for errors finds it: in the log, and at the terminal where that is not the
    /// log.
    private static func fatal(_ error: any Error, _ logger: Logger, _ settings: Configuration.Log) -> ExitCode {
        let lines = "\(error)".split(separator: "\n").map { String($0) }
        let isJournal = LogDestination(settings.format) == .journal
        if !isJournal || !JournalStream.isStandardError {
            for line in lines { logger.critical("\(line)") }
        }
        if isJournal {
            for line in lines { LogQueue.shared.add(bytes: line.utf8.count) { StandardError.print(line, .error) } }
        }
        return .failure
    }

    private static func makeLogger(_ settings: Configuration.Log) -> Logger {
        LogLevelSwitch.level = Logger.Level(rawValue: settings.level.rawValue) ?? .info
        let destination = LogDestination(settings.format)
        LoggingSystem.bootstrap { destination.handler(label: $0) }
        destination.start()
        return Logger(label: "causewayd")
    }
}
