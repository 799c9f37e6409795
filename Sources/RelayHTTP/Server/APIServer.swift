package import GeoLocation
package import Logging
package import RelayControl
package import RelayMetrics
internal import RelayNet
internal import ServiceLifecycle

/// The HTTP API: its listener, and a second one for `/metrics` where that is set.
package final class APIServer: Service {
    /// What stays as it is until the next start.
    package struct Configuration: Sendable {
        package var listen: ListenAddress
        /// TLS on the API listener; `nil` for plain HTTP.
        package var tls: TLSCredentials?
        /// A listener of its own for `/metrics` and the health calls, plain HTTP; the API's own then has no `/metrics`.
        package var metricsListen: ListenAddress?
        package var limits: ListenerLimits
        /// A listener of its own for the lobby service, with the API's TLS; the API's own still has it.
        package var lobbiesListen: ListenAddress?
        /// Who may open the listeners that are Unix sockets.
        package var permissions = SocketPermissions()
        package var metricsPermissions = SocketPermissions()
        package var lobbiesPermissions = SocketPermissions()
        /// The socket that listens on `listen` already, where the service manager has opened it.
        package var inherited: InheritedListener?

        package init(
            listen: ListenAddress,
            tls: TLSCredentials? = nil,
            metricsListen: ListenAddress? = nil,
            limits: ListenerLimits = ListenerLimits(),
            lobbiesListen: ListenAddress? = nil
        ) {
            self.listen = listen
            self.tls = tls
            self.metricsListen = metricsListen
            self.limits = limits
            self.lobbiesListen = lobbiesListen
        }
    }

    /// What the API asks the rest of the daemon.
    package struct Dependencies: Sendable {
        package var directory: any SessionDirectory
        package var monitor: any SessionMonitor
        package var lobbies: LobbyService
        package var sessionJSON: SessionJSON
        package var locator: GeoLocator
        /// Counts the answered requests.
        package var counters: HTTPRequestCounters
        /// Renders `/metrics`.
        package var metrics: @Sendable () async -> MetricsPage
        /// Answers `/readyz`.
        package var readiness: @Sendable () async -> Readiness
        /// What the dashboard shows.
        package var dashboard: any DashboardSource
        /// Counts connections and what is owed to them.
        package var connections = HTTPConnections()
        /// When the served certificate ends.
        package var certificate = CertificateExpiry()
        /// Bounds the work for callers of lobby services.
        var lobbyBudget = LobbyBudget()
        /// Addresses that stand for many players.
        package var sharedSources = SharedSources()

        package init(
            directory: any SessionDirectory,
            monitor: any SessionMonitor,
            lobbies: LobbyService,
            sessionJSON: SessionJSON,
            locator: GeoLocator,
            counters: HTTPRequestCounters,
            metrics: @escaping @Sendable () async -> MetricsPage,
            readiness: @escaping @Sendable () async -> Readiness,
            dashboard: any DashboardSource
        ) {
            self.directory = directory
            self.monitor = monitor
            self.lobbies = lobbies
            self.sessionJSON = sessionJSON
            self.locator = locator
            self.counters = counters
            self.metrics = metrics
            self.readiness = readiness
            self.dashboard = dashboard
        }
    }

    private let settings: APISettingsBox
    private let tls: TLSCredentialsBox?
    let api: HTTPListener<APIResponder>
    let metrics: HTTPListener<APIResponder>?
    let lobbies: HTTPListener<APIResponder>?
    private let certificate: CertificateExpiry
    private let logger: Logger

    /// - Parameters:
    ///   - onListening: told the address of the API that was really bound, once it accepts connections.
    ///   - onMetricsListening: the same for the listener of `/metrics`.
    ///   - onLobbiesListening: the same for the listener of the lobby service.
    package init(
        configuration: Configuration,
        settings: APISettings,
        dependencies: Dependencies,
        logger: Logger,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        onMetricsListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        onLobbiesListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) {
        let settings = APISettingsBox(settings)
        let tls = configuration.tls.map(TLSCredentialsBox.init)
        let metricsRoute = OperationsRoutes.metrics(dependencies.metrics)
        let operations = OperationsRoutes(readiness: dependencies.readiness)
        var routes = [FrontPage.route] + operations.routes
        if configuration.metricsListen == nil { routes.append(metricsRoute) }
        routes += RelaySessionRoutes(directory: dependencies.directory, json: dependencies.sessionJSON).routes
        routes += MonitorRoutes(monitor: dependencies.monitor).routes
        routes += AddressRoutes(locator: dependencies.locator).routes
        routes += DashboardRoutes(hub: DashboardHub(source: dependencies.dashboard)).routes
        routes += LobbyManagerRoutes(lobbies: dependencies.lobbies).routes
        let lobbyRoutes = LobbyServiceRoutes(
            lobbies: dependencies.lobbies,
            json: LobbyJSON(identity: dependencies.sessionJSON.identity),
            budget: dependencies.lobbyBudget
        ).routes
        routes += lobbyRoutes
        func responder(_ routes: [Route]) -> APIResponder {
            APIResponder(
                routes: routes,
                settings: settings,
                counters: dependencies.counters,
                logger: logger,
                isTLS: tls != nil,
                sharedSources: dependencies.sharedSources
            )
        }
        func listener(
            _ name: String,
            _ address: ListenAddress,
            _ permissions: SocketPermissions,
            tls: TLSCredentialsBox?,
            _ routes: [Route],
            inherited: InheritedListener? = nil,
            _ onListening: @escaping @Sendable (ListenAddress) async -> Void
        ) -> HTTPListener<APIResponder> {
            HTTPListener(
                name: name,
                address: address,
                permissions: permissions,
                tls: tls,
                limits: configuration.limits,
                table: dependencies.connections.table(for: name, limits: configuration.limits, logger: logger) { peer in
                    settings.current.trustedProxies.contains { $0.contains(peer) }
                },
                responder: responder(routes),
                logger: logger,
                inherited: inherited,
                hasKey: { settings.current.hasKey($0) },
                onListening: onListening
            )
        }
        self.settings = settings
        self.tls = tls
        self.logger = logger
        certificate = dependencies.certificate
        if let credentials = configuration.tls { certificate.serve(credentials) }
        api = listener(
            "api.listen",
            configuration.listen,
            configuration.permissions,
            tls: tls,
            routes,
            inherited: configuration.inherited,
            onListening
        )
        metrics = configuration.metricsListen.map {
            listener(
                "metrics.listen",
                $0,
                configuration.metricsPermissions,
                tls: nil,
                [metricsRoute] + operations.healthRoutes,
                onMetricsListening
            )
        }
        lobbies = configuration.lobbiesListen.map {
            listener(
                "lobbies.listen",
                $0,
                configuration.lobbiesPermissions,
                tls: tls,
                lobbyRoutes,
                onLobbiesListening
            )
        }
    }

    /// Serves until the task is cancelled or asked to stop gracefully; requests that are under way are then finished.
    /// - Throws: `ListenerError` when an address cannot be bound.
    package func run() async throws {
        var services: [any Service] = [api]
        if let metrics { services.append(metrics) }
        if let lobbies { services.append(lobbies) }
        if tls != nil { services.append(CertificateWatch(certificate: certificate, logger: logger)) }
        try await ServiceGroup(services: services, logger: logger).run()
    }

    /// Puts other settings in force for the requests from now on.
    package func apply(_ settings: APISettings) { self.settings.current = settings }

    /// Puts another certificate in force for the connections from now on. Without TLS at the start there is none later.
    /// - Returns: whether it is another one than before.
    @discardableResult
    package func apply(_ credentials: TLSCredentials) -> Bool {
        guard let tls else { return false }
        let isOther = tls.current.fingerprint != credentials.fingerprint
        tls.current = credentials
        certificate.serve(credentials)
        if isOther {
            logger.notice(
                "another certificate is served to new connections",
                metadata: ["fingerprint": "\(credentials.fingerprint)", "ends": "\(HTTPDate.text(credentials.ends))"]
            )
        }
        return isOther
    }
}
