package import RelayCore

/// One thing that is to be said about a session or a player, and what to do about it.
package struct Finding: Sendable, Equatable {
    package enum Weight: String, Sendable {
        /// As it should be.
        case good
        /// Worth knowing.
        case note
        /// Explains why somebody does not get through.
        case problem
    }

    package enum Subject: Sendable, Equatable {
        case session
        /// The user of this number.
        case user(Int32)
        /// Counted for the whole relay: it need not be about this session.
        case relay
    }

    /// A name that scripts may rely on, such as `host_silent`.
    package var code: String
    package var weight: Weight
    package var subject: Subject
    /// One or two sentences.
    package var what: String
    package var advice: String?

    package init(_ code: String, _ weight: Weight, _ subject: Subject, _ what: String, advice: String? = nil) {
        self.code = code
        self.weight = weight
        self.subject = subject
        self.what = what
        self.advice = advice
    }
}

/// Everything that a diagnosis looks at.
package struct Symptoms: Sendable {
    package var inspected: InspectedSession
    /// The session a second before: what grew since happens now. `nil` where it was looked at once.
    package var earlier: SessionReport?
    /// Drops of the whole relay, by reason.
    package var drops: [DropSample]
    /// `sessions.host_timeout` and `sessions.user_timeout`, milliseconds.
    package var hostTimeout: UInt32
    package var userTimeout: UInt32
    package var isDraining: Bool
    /// Seconds since 1970.
    package var now: Double
    /// Seconds since the daemon started.
    package var uptime: Double
    /// What clients are told to connect to.
    package var identity: RelayIdentity

    package init(
        inspected: InspectedSession,
        earlier: SessionReport? = nil,
        drops: [DropSample] = [],
        hostTimeout: UInt32 = 15_000,
        userTimeout: UInt32 = 30_000,
        isDraining: Bool = false,
        now: Double,
        uptime: Double,
        identity: RelayIdentity
    ) {
        self.inspected = inspected
        self.earlier = earlier
        self.drops = drops
        self.hostTimeout = hostTimeout
        self.userTimeout = userTimeout
        self.isDraining = isDraining
        self.now = now
        self.uptime = uptime
        self.identity = identity
    }
}
