import Logging
import RelayAdmin
import RelayConfig
import RelayControl
import RelayHTTP
import RelayPlane

/// Takes over a changed configuration: all of it or nothing. What a reload cannot change is named and waits for a restart.
actor Reloader {
    private var current: Configuration
    private let load: @Sendable () throws -> Configuration
    private let sessions: SessionService
    private let lobbies: LobbyService
    private let server: APIServer
    private let webhooks: HTTPWebhookSender
    private let plane: RelayPlane
    private let logger: Logger

    init(
        current: Configuration,
        load: @escaping @Sendable () throws -> Configuration,
        sessions: SessionService,
        lobbies: LobbyService,
        server: APIServer,
        webhooks: HTTPWebhookSender,
        plane: RelayPlane,
        logger: Logger
    ) {
        self.current = current
        self.load = load
        self.sessions = sessions
        self.lobbies = lobbies
        self.server = server
        self.webhooks = webhooks
        self.plane = plane
        self.logger = logger
    }

    /// Reads the configuration anew; tells what it came to, and the log too.
    @discardableResult
    func reload() async -> ReloadBody {
        let new: Configuration
        let credentials: TLSCredentials?
        let trust: WebhookTrust
        do {
            new = try load()
            // The files may have new contents under the old names.
            credentials = try Premises.openCredentials(current.api.tls)
            trust = try Premises.openTrust(new.webhook.caFile)
        } catch {
            let problems = "\(error)".split(separator: "\n").map { String($0) }
            for problem in problems { logger.error("nothing was reloaded: \(problem)") }
            return ReloadBody(isApplied: false, problems: problems)
        }
        let changes = Configuration.changes(from: current, to: new)
        for change in changes where !change.reloadable {
            logger.warning("\(change.key) changed, but takes effect only after a restart")
        }
        var applied = changes.filter(\.reloadable).map(\.key)
        server.apply(new.apiSettings)
        // The files of the same names hold another certificate.
        if let credentials, server.apply(credentials) { applied.append("api.tls.certificate") }
        webhooks.apply(trust)
        await sessions.apply(new.sessionSettings)
        await lobbies.apply(new.lobbySettings)
        plane.apply(new.rateLimits)
        plane.apply(new.guessBudgets, wrongUsersPerSecond: UInt32(clamping: new.guess.perSession))
        LogLevelSwitch.level = Logger.Level(rawValue: new.log.level.rawValue) ?? .info
        logger.notice(
            "reloaded",
            metadata: ["changed": "\(applied.isEmpty ? "nothing" : applied.joined(separator: ", "))"]
        )
        current.takeOver(new)
        let waiting = changes.filter { !$0.reloadable }.map(\.key)
        return ReloadBody(isApplied: true, changed: applied, needsRestart: waiting)
    }
}

extension Configuration {
    /// Everything that a reload applies; the rest stays as it was at the start, so that the next reload names it again.
    fileprivate mutating func takeOver(_ new: Configuration) {
        api.keys = new.api.keys
        api.publicURL = new.api.publicURL
        lobbies.open = new.lobbies.open
        lobbies.hostTimeout = new.lobbies.hostTimeout
        lobbies.origins = new.lobbies.origins
        lobbies.maxSeatsPerSource = new.lobbies.maxSeatsPerSource
        api.keysFile = new.api.keysFile
        api.trustedProxies = new.api.trustedProxies
        guess = new.guess
        limits.apiBody = new.limits.apiBody
        limits.apiRate = new.limits.apiRate
        limits.userDatagrams = new.limits.userDatagrams
        limits.userBytes = new.limits.userBytes
        limits.sessionDatagrams = new.limits.sessionDatagrams
        limits.sessionBytes = new.limits.sessionBytes
        limits.relayDatagrams = new.limits.relayDatagrams
        limits.relayBytes = new.limits.relayBytes
        relay.location = new.relay.location
        sessions.max = new.sessions.max
        sessions.maxUsers = new.sessions.maxUsers
        webhook.usageURL = new.webhook.usageURL
        webhook.caFile = new.webhook.caFile
        log.level = new.log.level
    }
}
