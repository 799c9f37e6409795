/// What the operator decides about lobbies.
package struct LobbySettings: Sendable, Equatable {
    /// `lobbies.open`: what is otherwise bound to addresses is open to everybody.
    package var isOpen: Bool
    /// `lobbies.host_timeout`, seconds.
    package var hostTimeout: Double
    /// `sessions.idle_timeout`, seconds: how long a lobby that is not started lives unmentioned.
    package var idleTimeout: Double
    /// `sessions.max_users`: the largest capacity, as long as it is not above `LobbyLimits.capacity`.
    package var maxPlayers: Int
    /// `lobbies.max_seats_per_source`: seats of one source in one lobby; the host's own source has as many as it likes.
    package var maxSeatsPerSource: Int

    package init(
        isOpen: Bool = false,
        hostTimeout: Double = 60,
        idleTimeout: Double = 600,
        maxPlayers: Int = 1000,
        maxSeatsPerSource: Int = 16
    ) {
        self.isOpen = isOpen
        self.hostTimeout = hostTimeout
        self.idleTimeout = idleTimeout
        self.maxPlayers = maxPlayers
        self.maxSeatsPerSource = maxSeatsPerSource
    }
}

/// Bounds on what callers may take; they are far above what games need.
package enum LobbyLimits {
    /// Lobby services in all.
    package static let deployments = 1000
    /// Lobbies of one service.
    package static let lobbiesPerDeployment = 1000
    /// Lobbies whose hosts share a source address, in one service.
    package static let lobbiesPerSource = 32
    /// Lobbies whose hosts share an IPv6 /48, in one service.
    package static let lobbiesPerNetwork = 128
    /// Players of all lobbies, in one service, whose hosts share a source address.
    package static let playersPerHost = 4096
    /// Players of a lobby, whatever `sessions.max_users` says: everybody may ask for the list of them.
    package static let capacity = 4096
    /// Sources that a host may have barred from its lobby; beyond, the first barred may come again.
    package static let barred = 256
    /// Bytes of a lobby's name. These and the following are counted as JSON shows the text.
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
    /// A player who was not heard for so many seconds no longer counts, and its seat is for whoever needs one.
    package static let seatTimeout: Double = 60
    /// A player's token is shown while its user was not heard for so many seconds: clients read it before they connect.
    package static let tokenSilence: Double = 10
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
