package import RelayCore

/// A relay session as the API shows it.
package struct Session: Sendable, Equatable {
    /// 12 lowercase hex digits and `-S`, unguessable.
    package var id: String
    /// The session's token, 1 … 2³¹ − 1.
    package var token: UInt32
    /// The live users in the order of their numbers; revoked ones are gone from here.
    package var users: [SessionUser]
    /// The number the next authorized user gets: 1 + the users ever added.
    package var nextUserNumber: Int32
    package var portPair: PortPairID
    package var ports: PortPair
    /// Number of the user who hosts, where one does.
    package var hostNumber: Int32?
    /// Whether a valid datagram ever arrived.
    package var wasUsed: Bool
    /// The highest connection id that a player who rejoined was ever given; 0 where none was.
    package var highestRejoinID: Int32
    /// How often the daemon had started when the session was created.
    package var createdInGeneration: Int64
    /// Seconds since 1970.
    package var createdAt: Double
    /// Grows with every session created: newest first is descending.
    package var sequence: Int64
    package var webhookURL: String?
    /// How far its webhook is; `nil` where there is none, or nothing is known. Not durable.
    package var webhook: WebhookState?

    package init(
        id: String,
        token: UInt32,
        users: [SessionUser],
        nextUserNumber: Int32,
        portPair: PortPairID,
        ports: PortPair,
        hostNumber: Int32? = nil,
        wasUsed: Bool = false,
        highestRejoinID: Int32 = 0,
        createdInGeneration: Int64,
        createdAt: Double,
        sequence: Int64,
        webhookURL: String? = nil,
        webhook: WebhookState? = nil
    ) {
        self.id = id
        self.token = token
        self.users = users
        self.nextUserNumber = nextUserNumber
        self.portPair = portPair
        self.ports = ports
        self.hostNumber = hostNumber
        self.wasUsed = wasUsed
        self.highestRejoinID = highestRejoinID
        self.createdInGeneration = createdInGeneration
        self.createdAt = createdAt
        self.sequence = sequence
        self.webhookURL = webhookURL
        self.webhook = webhook
    }
}

/// A user of a session.
package struct SessionUser: Sendable, Equatable {
    /// k for the session's k-th user, from 1: also the connection id under which the host knows the user at first.
    package var number: Int32
    /// The connection id under which the host knows the user since it rejoined; `nil` where it has not.
    package var rejoinID: Int32?
    /// The address the API was told, echoed to the letter.
    package var address: String
    /// The user's token, 1 … 2³¹ − 1.
    package var token: UInt32

    package init(number: Int32, address: String, token: UInt32, rejoinID: Int32? = nil) {
        self.number = number
        self.rejoinID = rejoinID
        self.address = address
        self.token = token
    }
}
