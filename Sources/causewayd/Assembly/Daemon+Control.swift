import Logging
import RelayConfig
import RelayControl
import RelayCore
import RelayHTTP
import RelayPlane

// The socket of causewayctl.
extension Daemon {
    /// - Parameter start: returns when the socket may appear: the state directory is there, and locked.
    /// - Returns: `nil` where the path beside the state is too long for a socket.
    static func control(
        _ configuration: Configuration,
        view: RelayView,
        connections: HTTPConnections,
        reloader: Reloader,
        logger: Logger,
        start: @escaping @Sendable () async -> Void,
        onListening: @escaping @Sendable () async -> Void
    ) throws -> ControlServer? {
        guard let path = configuration.controlSocket else {
            logger.warning("no control socket: the path of state.directory is too long for one; set control.socket")
            return nil
        }
        let desk = ControlDesk(
            view: view,
            reload: { await reloader.reload() },
            setLogLevel: { name in
                guard let level = Logger.Level(rawValue: name) else { return false }
                logger.notice("log level set through the control socket", metadata: ["level": "\(level)"])
                LogLevelSwitch.level = level
                return true
            }
        )
        return ControlServer(
            path: path,
            permissions: configuration.control.access.forServer,
            connections: connections,
            desk: desk,
            logger: logger,
            start: start,
            onListening: onListening
        )
    }
}

extension Daemon {
    /// What the control socket and the dashboard look at.
    static func view(
        _ configuration: Configuration,
        plane: RelayPlane,
        sessions: SessionService
    ) throws -> RelayView {
        let engine = try configuration.planeSettings.engine
        return RelayView(
            sessions: sessions,
            pages: plane.counters,
            kernelLosses: { plane.kernelLosses },
            version: Version.number,
            hostTimeout: engine.hostTimeout,
            userTimeout: engine.userTimeout,
            identity: configuration.identity,
            now: WallClock.now,
            logLevel: { LogLevelSwitch.level.rawValue }
        )
    }
}

extension Configuration {
    /// The configured path, or the one beside the state; `nil` where that is longer than a socket's may be (unix(7)).
    var controlSocket: String? {
        if let socket = control.socket { return socket }
        guard let directory = state.directory else { return nil }
        let path = "\(directory)/control.sock"
        return path.utf8.count <= 107 ? path : nil
    }
}
