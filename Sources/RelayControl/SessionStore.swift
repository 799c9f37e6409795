package import RelayCore

/// Durable records of sessions, as the control plane needs them. When `commit` has returned, the change survives power
/// loss.
package protocol SessionStore: Sendable {
    /// Everything that has to be restored, and counts one more start of the daemon.
    /// - Throws: `SessionStoreError` when the database cannot be read; the message says what to do.
    func load() async throws(SessionStoreError) -> StoredState

    /// Makes a change durable. Changes of concurrent callers share a transaction; each succeeds or fails on its own.
    func commit(_ change: StoreChange) async throws(SessionStoreError)
}

/// What `SessionStore.load` finds.
package struct StoredState: Sendable {
    /// Live sessions in the order of their sequence.
    package var sessions: [Session]
    /// How often the daemon has started on this database, from 1, this start included.
    package var generation: Int64
    /// Session tokens that ended less than 24 hours ago and stay reserved, with the time they ended (seconds since
    /// 1970).
    package var reservedTokens: [UInt32: Double]
    /// Webhooks not delivered yet, oldest first.
    package var pendingWebhooks: [PendingWebhook]
    /// Answers to named calls.
    package var answers: [IdempotencyRecord]
    /// Rows whose checksum did not fit: quarantined, reported, not served. Words for the log, without secrets.
    package var damaged: [String]
    /// Set where the database lost its tail, and that was accepted.
    package var lostTail: LostTail?
    /// How often that was accepted since the state directory was set up.
    package var lostTails: Int

    package init(
        sessions: [Session] = [],
        generation: Int64 = 1,
        reservedTokens: [UInt32: Double] = [:],
        pendingWebhooks: [PendingWebhook] = [],
        answers: [IdempotencyRecord] = [],
        damaged: [String] = [],
        lostTail: LostTail? = nil,
        lostTails: Int = 0
    ) {
        self.sessions = sessions
        self.generation = generation
        self.reservedTokens = reservedTokens
        self.pendingWebhooks = pendingWebhooks
        self.answers = answers
        self.damaged = damaged
        self.lostTail = lostTail
        self.lostTails = lostTails
    }
}

/// A database that was behind what is remembered of it elsewhere, and was accepted as it is.
package struct LostTail: Sendable, Equatable {
    /// What was found, in words.
    package var finding: String
    /// Whether the data plane saw the last there was of this database: whom it does not know had been cut off.
    package var isPlaneCurrent: Bool

    package init(finding: String, isPlaneCurrent: Bool) {
        self.finding = finding
        self.isPlaneCurrent = isPlaneCurrent
    }
}

/// One change that has to be durable before somebody is told of it.
package enum StoreChange: Sendable {
    /// A new session, with the webhook that its creation owes in the same transaction.
    /// Its id, token and sequence must not be in the store.
    case createSession(Session, webhook: PendingWebhook?)
    /// A user added to a session; `nextUserNumber` moves past it.
    case addUser(SessionUser, sessionID: String)
    /// A user cut off for ever; where it hosts, nobody does afterwards. Unknown users and sessions are no error.
    case revokeUser(number: Int32, sessionID: String)
    /// A session ended, with the webhook that tells of its usage in the same transaction; its token stays reserved.
    /// Unknown sessions are no error, and the webhook is owed all the same.
    case removeSession(id: String, token: UInt32, endedAt: Double, webhook: PendingWebhook? = nil)
    /// The ports that a session is served on changed: its pair was taken, or the configuration differs since.
    case movePorts(PortPairID, PortPair, sessionID: String)
    /// Who hosts. Unknown sessions are no error.
    case setHost(number: Int32?, sessionID: String)
    /// A user goes by another connection id; `highest` is the highest that was ever given in the session. Unknown users and
    /// sessions are no error.
    case setConnectionID(number: Int32, rejoinID: Int32?, highest: Int32, sessionID: String)
    /// A valid datagram arrived for the first time. Unknown sessions are no error.
    case markUsed(sessionID: String)
    /// A webhook was delivered or given up.
    case removeWebhook(id: Int64)
    /// A delivery failed; it is tried again at `nextAttemptAt` (seconds since 1970).
    case retryWebhook(id: Int64, attempts: Int, nextAttemptAt: Double)
    /// Reserved tokens that ended before this time (seconds since 1970) are free again.
    case forgetReservedTokens(before: Double)
    /// A session or a user that a named call asked for, and what answers that call from now on, in one transaction. The
    /// records displaced by it need not be there.
    indirect case answering(IdempotencyRecord, displacing: [Int64], StoreChange)
    /// Answers to named calls that are not given again. Unknown ones are no error.
    case forgetAnswers(ids: [Int64])
    /// A lobby service or a lobby changed.
    case lobbies(LobbyChange)
}

/// A webhook that is owed.
package struct PendingWebhook: Sendable, Equatable {
    /// Unique, grows; chosen by the control plane.
    package var id: Int64
    package var sessionID: String
    package var url: String
    /// The exact bytes to send, JSON.
    package var body: [UInt8]
    /// Seconds since 1970.
    package var createdAt: Double
    /// Failed deliveries so far.
    package var attempts: Int
    /// Not before this time, seconds since 1970.
    package var nextAttemptAt: Double

    package init(
        id: Int64,
        sessionID: String,
        url: String,
        body: [UInt8],
        createdAt: Double,
        attempts: Int = 0,
        nextAttemptAt: Double
    ) {
        self.id = id
        self.sessionID = sessionID
        self.url = url
        self.body = body
        self.createdAt = createdAt
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
    }
}

/// Why a record could not be read or made durable; `message` says what to do, and holds no secret.
package struct SessionStoreError: Error, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// `lostTail`: the database is behind what is remembered of it elsewhere, or gone.
        case diskFull, readOnly, damaged, lostTail, newerSchema, locked, other
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
