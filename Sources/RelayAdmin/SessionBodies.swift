/// A session in the list. Silences are milliseconds.
package struct SessionBody: Codable, Sendable, Equatable {
    package var id: String
    /// `live` or `parked`.
    package var state: String
    /// Seconds since it was made.
    package var age: Double
    package var serverPort: Int
    package var clientPort: Int
    /// Whether a valid datagram ever arrived.
    package var isUsed: Bool
    package var silence: Int?
    /// The number of the user who hosts.
    package var host: Int?
    package var hostEndpoint: String?
    package var hostSilence: Int?
    package var userCount: Int
    /// Users whose address is known on the client port.
    package var boundUsers: Int
    /// What came from all users together in the last second, and at most within one.
    package var rate = RateBody()
    package var peak = RateBody()
    /// Dropped with the session's token and nobody's user token, or a revoked user's.
    package var drops: [DropCountBody] = []

    package init(
        id: String,
        state: String,
        age: Double,
        serverPort: Int,
        clientPort: Int,
        isUsed: Bool,
        silence: Int?,
        host: Int?,
        hostEndpoint: String?,
        hostSilence: Int?,
        userCount: Int,
        boundUsers: Int
    ) {
        self.id = id
        self.state = state
        self.age = age
        self.serverPort = serverPort
        self.clientPort = clientPort
        self.isUsed = isUsed
        self.silence = silence
        self.host = host
        self.hostEndpoint = hostEndpoint
        self.hostSilence = hostSilence
        self.userCount = userCount
        self.boundUsers = boundUsers
    }
}

/// A page of sessions, newest first.
package struct SessionsBody: Codable, Sendable, Equatable {
    package var sessions: [SessionBody]
    package var total: Int
    package var page: Int

    package init(sessions: [SessionBody], total: Int, page: Int) {
        self.sessions = sessions
        self.total = total
        self.page = page
    }
}

/// A user of a session, named by its number. Tokens are never among what is told.
package struct UserBody: Codable, Sendable, Equatable {
    package var number: Int
    /// The id under which the host knows the user now: another than the number after a rejoin.
    package var connectionId: Int
    /// The address that the API was told.
    package var address: String
    package var isHost: Bool
    /// `gets_through`, `waits_for_host`, `not_heard` or `problem`.
    package var standing: String
    /// Where it was heard; `nil` where it never was, or not within the user timeout.
    package var endpoint: String?
    /// Milliseconds since it was heard; `nil` where it never was since the daemon started.
    package var silence: Int?
    package var isPinned: Bool
    /// Moves to another address within the last minute.
    package var moves: Int
    /// What came from it in the last second.
    package var rate = RateBody()
    package var usage = UsageBody()
    package var link = LinkBody()
    /// What was dropped of its datagrams, the most frequent reason first.
    package var drops: [DropCountBody] = []
    /// Datagrams that came with its two tokens in each other's place, as far as they are remembered.
    package var swappedTokens = 0

    package init(
        number: Int,
        connectionId: Int,
        address: String,
        isHost: Bool,
        standing: String,
        endpoint: String?,
        silence: Int?,
        isPinned: Bool,
        moves: Int
    ) {
        self.number = number
        self.connectionId = connectionId
        self.address = address
        self.isHost = isHost
        self.standing = standing
        self.endpoint = endpoint
        self.silence = silence
        self.isPinned = isPinned
        self.moves = moves
    }
}

/// A session with its users.
package struct SessionDetailBody: Codable, Sendable, Equatable {
    package var session: SessionBody
    package var users: [UserBody]

    package init(session: SessionBody, users: [UserBody]) {
        self.session = session
        self.users = users
    }
}

/// One thing that is to be said about a session, a user or the relay.
package struct FindingBody: Codable, Sendable, Equatable {
    /// A name that scripts may rely on.
    package var code: String
    /// `good`, `note` or `problem`.
    package var weight: String
    /// `session`, `user` or `relay`.
    package var about: String
    package var user: Int?
    package var what: String
    package var advice: String?

    package init(code: String, weight: String, about: String, user: Int?, what: String, advice: String?) {
        self.code = code
        self.weight = weight
        self.about = about
        self.user = user
        self.what = what
        self.advice = advice
    }
}

/// Why a session's users do or do not get through.
package struct WhyBody: Codable, Sendable, Equatable {
    package var session: String
    /// Whether the user that was asked for is or was one of the session's.
    package var isUserKnown: Bool
    package var findings: [FindingBody]

    package init(session: String, isUserKnown: Bool = true, findings: [FindingBody]) {
        self.session = session
        self.isUserKnown = isUserKnown
        self.findings = findings
    }
}
