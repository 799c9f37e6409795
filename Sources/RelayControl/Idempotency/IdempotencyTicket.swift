/// How a caller names a call that it may have to send again: sent twice under one name, it happens once.
package struct IdempotencyTicket: Sendable, Equatable {
    /// The calls that can be named.
    package enum Call: String, Sendable {
        case create
        case authorizeUser = "authorize-user"
    }

    /// One name of one API key for one call.
    package struct Name: Sendable, Hashable {
        /// The name of the API key.
        package var owner: String
        package var call: Call
        /// What the caller sent as `Idempotency-Key`.
        package var key: String

        package init(owner: String, call: Call, key: String) {
            self.owner = owner
            self.call = call
            self.key = key
        }
    }

    package var name: Name
    /// The SHA-256 of the body's meaning, 32 bytes.
    package var digest: [UInt8]

    package init(name: Name, digest: [UInt8]) {
        self.name = name
        self.digest = digest
    }
}

/// What is kept of the answer to a named call: with the session and the body, enough to give the same answer again.
package struct IdempotencyRecord: Sendable, Equatable {
    /// Unique, grows.
    package var id: Int64
    package var ticket: IdempotencyTicket
    package var sessionID: String
    /// The number of the first user that the call made.
    package var firstUser: Int32
    /// The tokens of the users that it made, in order, whether or not they are still valid.
    package var tokens: [UInt32]
    /// Seconds since 1970.
    package var createdAt: Double

    package init(
        id: Int64,
        ticket: IdempotencyTicket,
        sessionID: String,
        firstUser: Int32,
        tokens: [UInt32],
        createdAt: Double
    ) {
        self.id = id
        self.ticket = ticket
        self.sessionID = sessionID
        self.firstUser = firstUser
        self.tokens = tokens
        self.createdAt = createdAt
    }

    /// The users that the call made, at the addresses that its body names.
    func users(addresses: [String]) -> [SessionUser] {
        zip(tokens, addresses).enumerated().map { index, user in
            SessionUser(number: firstUser + Int32(index), address: user.1, token: user.0)
        }
    }
}
