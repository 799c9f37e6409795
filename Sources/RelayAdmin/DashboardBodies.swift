/// What the dashboard's overview shows, once a second.
package struct OverviewBody: Codable, Sendable, Equatable {
    /// Seconds since 1970, for labels; differences are those of `status.clock`.
    package var now: Double
    package var status: StatusBody
    package var links: LinksBody
    /// Which sessions: `all`, `problems` or `live`.
    package var show: String
    /// A page of them: those in which somebody does not get through, then others that are played, then all others, each
    /// newest first; empty while the relay restores.
    package var sessions: [OverviewSessionBody]
    /// Sessions on all pages.
    package var total: Int
    package var page: Int
    /// Sessions a page has at most.
    package var limit: Int

    package init(
        now: Double,
        status: StatusBody,
        links: LinksBody = LinksBody(),
        sessions: [OverviewSessionBody] = [],
        total: Int = 0,
        show: String,
        page: Int,
        limit: Int
    ) {
        self.now = now
        self.status = status
        self.links = links
        self.sessions = sessions
        self.total = total
        self.show = show
        self.page = page
        self.limit = limit
    }
}

/// A session in the overview.
package struct OverviewSessionBody: Codable, Sendable, Equatable {
    package var session: SessionBody
    /// Whether somebody was heard within half a minute, or tries with wrong tokens.
    package var isPlayed: Bool
    /// The worst of its users that are heard, milliseconds; `nil` where none is known.
    package var jitter: Double?
    /// Of the user that misses most, the share of PINGs that did not arrive, 0 … 1.
    package var missed: Double?
    /// Users whose address is known on the port they talk to.
    package var heard: Int
    /// Dropped of its users' datagrams, and with its token alone.
    package var dropped: UInt64
    /// Findings that explain why somebody does not get through, and the first of them.
    package var problems: Int
    package var problem: String?

    package init(
        session: SessionBody,
        isPlayed: Bool,
        heard: Int = 0,
        dropped: UInt64 = 0,
        jitter: Double? = nil,
        missed: Double? = nil,
        problems: Int = 0,
        problem: String? = nil
    ) {
        self.session = session
        self.isPlayed = isPlayed
        self.heard = heard
        self.dropped = dropped
        self.jitter = jitter
        self.missed = missed
        self.problems = problems
        self.problem = problem
    }
}

/// How well the datagrams of those users arrive who are heard, over one page of sessions.
package struct LinksBody: Codable, Sendable, Equatable {
    package var users = 0
    /// Milliseconds: half of the users, and all but the worst twentieth, vary less. `nil` where nobody is measured.
    package var jitterMedian: Double?
    package var jitterHigh: Double?
    package var pings: UInt64 = 0
    package var missedPings: UInt64 = 0

    package init() {}
}

/// The last hour, oldest first: the arrays are columns of one table. All but sessions and users count since the start.
package struct HistoryBody: Codable, Sendable, Equatable {
    /// As `StatusBody.clock`.
    package var clock: [Double] = []
    package var received: [UInt64] = []
    package var receivedBytes: [UInt64] = []
    package var sent: [UInt64] = []
    package var sentBytes: [UInt64] = []
    package var queueOverflows: [UInt64] = []
    package var sessions: [Int] = []
    package var users: [Int] = []
    /// As in `LinksBody`, over the first page of live sessions; `nil` where nobody was measured.
    package var jitterMedian: [Double?] = []
    package var jitterHigh: [Double?] = []
    /// The share of PINGs, 0 … 1.
    package var missed: [Double?] = []
    /// By reason, those that ever occurred.
    package var drops: [String: [UInt64]] = [:]

    package init() {}
}

/// What the page of one session shows, once a second.
package struct SessionWatchBody: Codable, Sendable, Equatable {
    /// Seconds since 1970.
    package var now: Double
    /// As in `StatusBody`.
    package var clock: Double
    package var version: String
    package var phase: String
    package var session: SessionBody
    package var users: [UserBody]
    /// Numbers of users that were revoked, the last ones.
    package var revoked: [Int]
    package var findings: [FindingBody]

    package init(
        now: Double,
        clock: Double,
        version: String,
        phase: String,
        session: SessionBody,
        users: [UserBody],
        revoked: [Int],
        findings: [FindingBody]
    ) {
        self.now = now
        self.clock = clock
        self.version = version
        self.phase = phase
        self.session = session
        self.users = users
        self.revoked = revoked
        self.findings = findings
    }
}
