import GeoLocation
import Glibc
import LinuxIO
import Logging
import RelayConfig
import RelayControl
import RelayCore
import RelayHTTP
import RelayNet
import RelayPlane
import RelayStore
import RelaySystemd
import ServiceLifecycle
import UnixSignals

/// The composition root: one of each, wired together, run until a signal. The order is the promise: ports first, so that
/// nobody is refused; then the state is restored; then the API says it is ready.
struct Daemon {
    private let configuration: Configuration
    private let development: DevelopmentMode?
    let logger: Logger
    private let plane: RelayPlane
    private let store: SQLiteSessionStore
    private let sessions: SessionService
    private let lobbies: LobbyService
    private let sharedSources: SharedSourceWatch
    private let endedSessions: AsyncStream<String>
    private let endedSessionsInput: AsyncStream<String>.Continuation
    private let webhooks: WebhookDispatcher
    private let server: APIServer
    private let view: RelayView
    private let history = TrafficHistory()
    private let planeEvents: AsyncStream<PlaneEvent>
    /// Where each listener listens, once it does.
    private let listening: AsyncStream<Listening>
    private let reloader: Reloader
    /// `nil` where its path is too long.
    private let control: ControlServer?
    private let restored: AsyncStream<Void>.Continuation
    /// Speaks to the service manager, where there is one.
    private let serviceReport: ServiceReport?

    /// Binds the ports and opens nothing else yet.
    /// - Parameters:
    ///   - premises: what the configuration names, opened.
    ///   - inherited: what the service manager passed on; it belongs to the daemon from now on.
    ///   - reload: reads the configuration anew.
    /// - Throws: `CommandFailure` with words for the operator.
    init(
        _ configuration: Configuration,
        premises: Premises,
        development: DevelopmentMode?,
        inherited: [InheritedDescriptor],
        logger: Logger,
        reload: @escaping @Sendable () throws -> Configuration
    ) throws {
        self.configuration = configuration
        self.development = development
        self.logger = logger
        let locator = premises.locator
        let (events, continuation) = AsyncStream.makeStream(of: PlaneEvent.self)
        planeEvents = events
        let (listening, listeningInput) = AsyncStream.makeStream(of: Listening.self)
        self.listening = listening
        plane = try Self.plane(configuration, inherited: inherited, logger: logger) { continuation.yield($0) }
        guard let directory = configuration.state.directory else {
            throw CommandFailure("state.directory is not set: name a directory that the daemon may write to")
        }
        store = SQLiteSessionStore(
            directory: directory,
            options: StoreOptions(acceptsLostTail: configuration.state.acceptLostTail),
            witness: CommitWitness(remembered: plane.succession.commitMark) { [plane] in plane.note($0) }
        )
        let webhookPolicy = configuration.webhookPolicy
        for warning in premises.trust.warnings { logger.warning("\(warning)") }
        let sender = HTTPWebhookSender(
            secret: configuration.webhook.secret,
            policy: webhookPolicy,
            trust: premises.trust,
            now: WallClock.now
        )
        let webhooks = WebhookDispatcher(sender: sender, store: store, logger: logger, now: WallClock.now)
        self.webhooks = webhooks
        let sessionJSON = SessionJSON(identity: configuration.identity, locator: locator)
        let sessions = SessionService(
            plane: plane,
            store: store,
            settings: configuration.sessionSettings,
            logger: logger,
            now: WallClock.now,
            renderWebhook: { sessionJSON.webhookBody($0) },
            renderUsage: { MonitorJSON.webhookBody($0) },
            submitWebhook: { webhooks.submit($0) },
            refuseWebhook: { webhookPolicy.refusal(of: $0) }
        )
        self.sessions = sessions
        (endedSessions, endedSessionsInput) = AsyncStream.makeStream(of: String.self)
        let lobbies = LobbyService(
            directory: sessions,
            activity: { [plane] in await plane.activity(ofSession: $0) },
            silences: { [plane] in await plane.silences(ofUsers: $0, inSession: $1) },
            store: store,
            settings: configuration.lobbySettings,
            logger: logger,
            now: WallClock.now,
            uptime: Uptime.now
        )
        self.lobbies = lobbies
        let shared = SharedSources()
        sharedSources = SharedSourceWatch(
            lobbies: lobbies,
            inspect: { [sessions] id in try? await sessions.inspect(id: id) },
            sources: shared,
            logger: logger,
            uptime: Uptime.now
        )
        let view = try Self.view(configuration, plane: plane, sessions: sessions)
        self.view = view
        let requests = HTTPRequestCounters()
        let connections = HTTPConnections(
            unreadBytes: configuration.limits.unreadBytes,
            unreadBytesPerSource: configuration.limits.unreadBytesPerSource
        )
        let certificate = CertificateExpiry()
        let report = MetricsReport(
            plane: plane,
            sessions: sessions,
            lobbies: lobbies,
            webhooks: webhooks,
            requests: requests,
            connections: connections,
            certificate: certificate
        )
        var dependencies = APIServer.Dependencies(
            directory: sessions,
            monitor: sessions,
            lobbies: lobbies,
            sessionJSON: sessionJSON,
            locator: locator,
            counters: requests,
            metrics: { await report.page() },
            readiness: {
                if await sessions.isDraining { return .notReady(reason: "draining: no new sessions") }
                let isReady = if await sessions.isReady { await lobbies.isReady } else { false }
                return isReady ? .ready : .notReady(reason: "still restoring the sessions of the last run")
            },
            dashboard: LiveDashboard(view: view, history: history)
        )
        dependencies.connections = connections
        dependencies.certificate = certificate
        dependencies.sharedSources = shared
        server = APIServer(
            configuration: Self.server(configuration, tls: premises.credentials, inherited: inherited, logger: logger),
            settings: configuration.apiSettings,
            dependencies: dependencies,
            logger: logger,
            onListening: { [logger] address in
                logger.info("API is listening", metadata: ["address": "\(address)"])
                listeningInput.yield(.api(address))
            },
            onMetricsListening: { [logger] address in
                logger.info("metrics are listening", metadata: ["address": "\(address)"])
                listeningInput.yield(.other("metrics.listen"))
            },
            onLobbiesListening: { [logger] address in
                logger.info("lobbies are listening", metadata: ["address": "\(address)"])
                listeningInput.yield(.other("lobbies.listen"))
            }
        )
        reloader = Reloader(
            current: configuration,
            load: reload,
            sessions: sessions,
            lobbies: lobbies,
            server: server,
            webhooks: sender,
            plane: plane,
            logger: logger
        )
        let (restored, restoredInput) = AsyncStream.makeStream(of: Void.self)
        self.restored = restoredInput
        control = try Self.control(
            configuration,
            view: view,
            connections: connections,
            reloader: reloader,
            logger: logger
        ) {
            for await _ in restored {}
        } onListening: {
            listeningInput.yield(.other("control.socket"))
        }
        serviceReport = ServiceNotifier.connect().map { [plane] in
            ServiceReport(notifier: $0, plane: plane, sessions: sessions)
        }
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Throws: `CommandFailure` where the state cannot be restored or an address cannot be bound.
    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        // A file that may grow no more is an error of the write, for the store to tell, and not the end of the games.
        signal(SIGXFSZ, SIG_IGN)
        let ports = plane.ports(of: .shared)
        logger.info(
            "relaying",
            metadata: [
                "workers": "\(plane.workerCount)",
                "ports": "\(configuration.relay.ports.dedicated?.description ?? "\(ports.server)/\(ports.client)")",
            ]
        )
        report(plane.succession)
        let services: [any Service] =
            [
                server,
                RestoreService(
                    sessions: sessions,
                    lobbies: lobbies,
                    logger: logger,
                    keepsTrying: plane.succession.sessions > 0,
                    onSessionEnd: { [endedSessionsInput] in endedSessionsInput.yield($0) },
                    whenReady: { [restored] in
                        restored.finish()
                        await announce()
                    }
                ),
                eventService, lobbyService, lobbySweep, sharedSourceService, webhookService, housekeeping, heap,
                recorder,
                SignalService(reloader: reloader, sessions: sessions, serviceReport: serviceReport, logger: logger),
                DropReporter(plane: plane, logger: logger),
            ] + (control.map { [$0] } ?? []) + serviceManagerServices
        let drain = DrainService(sessions: sessions, logger: logger)
        var settings = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .ignore) }
                + [.init(service: drain, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() }
        )
        // A slow client must not hold the daemon: what is unanswered by then is cut off.
        settings.maximumGracefulShutdownDuration = .seconds(2)
        let group = ServiceGroup(configuration: settings)
        do {
            try await group.run()
        } catch is CancellationError {
            logger.debug("requests were cut off at the end of the time to stop")
        } catch {
            await shutDown()
            throw CommandFailure(Self.words(error))
        }
        await shutDown()
        logger.info("stopped")
    }

    /// Tells the service manager, or a developer how to use the API, once everything is restored and every listener listens.
    @Sendable private func announce() async {
        var awaited = 1 + [configuration.metrics.listen, configuration.lobbies.listen].compactMap { $0 }.count
        if control != nil { awaited += 1 }
        var api: RelayHTTP.ListenAddress?
        for await found in listening {
            awaited -= 1
            if case .api(let address) = found { api = address }
            guard awaited == 0 else { continue }
            logger.info("ready")
            await serviceReport?.ready()
            if let api { development?.announce(api, isTLS: configuration.api.tls.certificate != nil) }
            return
        }
    }

    /// One of the listeners, now that it listens.
    private enum Listening {
        case api(RelayHTTP.ListenAddress)
        /// The configuration key of its address.
        case other(String)
    }

    /// Why the daemon ends before anybody has asked it to.
    private static func words(_ error: any Error) -> String {
        switch error {
        case is ServiceGroupError:
            "a part of the daemon ended by itself, which is a fault of Causeway: please report it with the log before this line"
        default: "\(error)"
        }
    }

    private var serviceManagerServices: [any Service] {
        guard let serviceReport else { return [] }
        let status = StatusService(report: serviceReport) { [sessions] in await sessions.isReady }
        guard let interval = serviceReport.notifier.watchdogInterval else { return [status] }
        let watchdog = WatchdogService(
            interval: interval,
            feed: { serviceReport.notifier.watchdog() },
            isAlive: { await serviceReport.isAlive() },
            logger: logger
        )
        return [status, watchdog]
    }

    private func shutDown() async {
        plane.stop()
        if plane.waitUntilStopped() { TablesFile.leave(plane, logger: logger) }
        await store.close()
    }

    private var eventService: some Service {
        BackgroundService { [planeEvents, sessions] in
            for await event in planeEvents { await sessions.handle(event) }
        }
    }

    private var lobbyService: some Service {
        BackgroundService { [endedSessions, lobbies] in
            for await session in endedSessions { await lobbies.sessionEnded(session) }
        }
    }

    private var lobbySweep: some Service {
        BackgroundService { [lobbies] in
            while true {
                try await Task.sleep(for: .seconds(1))
                await lobbies.sweep()
            }
        }
    }

    private var sharedSourceService: some Service {
        BackgroundService { [sharedSources] in
            while true {
                try await Task.sleep(for: .seconds(2))
                await sharedSources.look()
            }
        }
    }

    private var webhookService: some Service {
        BackgroundService { [webhooks, sessions] in
            await webhooks.run { webhook, state in await sessions.note(webhook, state) }
        }
    }

    private var recorder: some Service {
        BackgroundService { [view, history] in try await history.run { await view.sample() } }
    }

    private var heap: some Service { BackgroundService { try await HeapKeeper.run() } }

    private var housekeeping: some Service {
        BackgroundService { [plane, sessions] in
            while true {
                try await Task.sleep(for: .seconds(60))
                await sessions.housekeeping()
                plane.refreshOwnAddresses()
            }
        }
    }
}
