/// What the operator decides about lobbies.
package struct LobbySettings: Sendable, Equatable {
    /// `lobbies.open`: what is otherwise bound to addresses is open to everybody.
    package var isOpen: Bool
    /// `lobbies.host_timeout`, seconds.
    package var hostTimeout: Double
    /// `sessions.idle_timeout`, seconds: how long a lobby that is not started lives unmentioned.
    package var idleTimeout: Double
    /// `sessions.max_users`: the largest capacity.
    package var maxPlayers: Int

    package init(
        isOpen: Bool = false,
        hostTimeout: Double = 60,
        idleTimeout: Double = 600,
        maxPlayers: Int = 1000
    ) {
        self.isOpen = isOpen
        self.hostTimeout = hostTimeout
        self.idleTimeout = idleTimeout
        self.maxPlayers = maxPlayers
    }
}

/// Bounds on what callers may take; they are far above what games need.
package enum LobbyLimits {
    /// Lobby services in all.
    package static let deployments = 1000
    /// Lobbies of one service.
    package static let lobbiesPerDeployment = 1000
    /// Lobbies whose hosts share a source address, in one service.
    package static let lobbiesPerSource = 250
    /// Bytes of a lobby's name.
    package static let name = 128
    /// Bytes of a player's id.
    package static let playerID = 128
    package static let tags = 32
    /// Bytes of a tag.
    package static let tag = 64
    package static let annotations = 32
    /// Bytes of an annotation's key.
    package static let annotationKey = 128
    /// Bytes of an annotation's value.
    package static let annotationValue = 1024
    /// Listeners to events in all; each holds a connection.
    package static let listeners = 400
    /// Listeners that share a source address.
    package static let listenersPerSource = 20
}

/// What is counted, for metrics.
package struct LobbyCounts: Sendable, Equatable {
    /// Lobby services that are deployed.
    package var deployments = 0
    package var lobbies = 0
    package var players = 0
    /// Connections that listen to events.
    package var listeners = 0
}
