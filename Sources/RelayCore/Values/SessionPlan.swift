/// What the data plane has to know of a session to serve it.
public struct SessionPlan: Sendable, Equatable {
    /// The session's token, 1 … 2³¹ − 1, unique among live sessions.
    public var sessionToken: UInt32
    /// The users, in the order of their connection ids.
    public var users: [UserPlan]
    /// The pair of ports the session is served on.
    public var portPair: PortPairID
    /// The token of the user who hosts, where that is already known (after a restore).
    public var hostUserToken: UInt32?
    /// Connection ids that rejoining players may get; empty where the session has none left.
    public var rejoinIDs: Range<Int32>
    /// Whether a datagram of the session was ever accepted: picks the idle or the unused limit.
    public var wasUsed: Bool

    public init(
        sessionToken: UInt32,
        users: [UserPlan],
        portPair: PortPairID = .shared,
        hostUserToken: UInt32? = nil,
        rejoinIDs: Range<Int32>,
        wasUsed: Bool = false
    ) {
        self.sessionToken = sessionToken
        self.users = users
        self.portPair = portPair
        self.hostUserToken = hostUserToken
        self.rejoinIDs = rejoinIDs
        self.wasUsed = wasUsed
    }
}

/// What the data plane has to know of a user.
public struct UserPlan: Sendable, Equatable {
    /// The user's token, 1 … 2³¹ − 1, unique within the session.
    public var userToken: UInt32
    /// The id under which the host knows this user now; never given to another. It is the user's number, unless the user has
    /// rejoined.
    public var connectionID: Int32
    /// The user's place among all that the session ever had, 1 … 2¹⁹ − 1.
    public var number: Int32
    /// The only address that may use the token, where pinning is on.
    public var pinnedAddress: PeerAddress?
    /// The address that the API or the lobby named: right tokens from its prefix get through although others there guess.
    public var namedAddress: PeerAddress?

    /// - Parameter number: where it is left out, the user has not rejoined.
    public init(
        userToken: UInt32,
        connectionID: Int32,
        pinnedAddress: PeerAddress? = nil,
        namedAddress: PeerAddress? = nil,
        number: Int32? = nil
    ) {
        self.userToken = userToken
        self.connectionID = connectionID
        self.number = number ?? connectionID
        self.pinnedAddress = pinnedAddress
        self.namedAddress = namedAddress
    }
}

/// Names a pair of UDP ports: the one all sessions share, or one of the dedicated range.
public enum PortPairID: Sendable, Hashable {
    case shared
    /// The n-th pair of the dedicated range, from 0: ports `first + 2n` (server) and `first + 2n + 1` (client).
    case dedicated(Int)
}

/// The two ports of a pair, host byte order.
public struct PortPair: Sendable, Equatable {
    /// Where the game host talks.
    public var server: UInt16
    /// Where every other player talks.
    public var client: UInt16

    public init(server: UInt16, client: UInt16) {
        self.server = server
        self.client = client
    }
}
