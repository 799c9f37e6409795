package import RelayAdmin
package import RelayControl
internal import RelayCore

/// Where the dashboard's figures come from.
package protocol DashboardSource: Sendable {
    /// - Parameters:
    ///   - show: which sessions.
    ///   - page: of them, from 1; a page past the end is empty.
    func overview(_ show: SessionSelection, page: Int) async throws -> OverviewBody

    /// The last hour.
    func history() async -> HistoryBody

    /// - Parameter earlier: what was known at the look before, for the findings; `nil` at the first.
    /// - Returns: what is known now too.
    /// - Throws: `RelayError`: `.notFound`, `.unavailable` while restoring.
    func session(id: String, since earlier: RelayGlance?) async throws -> (body: SessionWatchBody, glance: RelayGlance)
}

/// The dashboard of the relay that runs.
package struct LiveDashboard: DashboardSource {
    /// Sessions on a page of the overview.
    static let sessionsAPage = 100
    /// Revoked users that a session's page names at most.
    static let revokedUsers = 20

    let view: RelayView
    let lastHour: TrafficHistory

    package init(view: RelayView, history: TrafficHistory) {
        self.view = view
        lastHour = history
    }

    package func overview(_ show: SessionSelection, page: Int) async throws -> OverviewBody {
        var overview = OverviewBody(
            now: view.now(),
            status: await view.status(),
            show: show.rawValue,
            page: page,
            limit: Self.sessionsAPage
        )
        // While the relay restores there is something to see already, only no sessions.
        guard await view.sessions.isReady else { return overview }
        let found = try await view.sessions.inspect(show, page: page, limit: Self.sessionsAPage)
        let isDraining = await view.sessions.isDraining
        overview.total = found.total
        overview.links = LinksBody(found.sessions)
        overview.sessions = found.sessions.compactMap { inspected in
            let symptoms = view.symptoms(of: inspected, since: nil, isDraining: isDraining)
            let problems = Diagnosis.findings(symptoms).filter { $0.weight == .problem }
            if show == .problems, problems.isEmpty { return nil }
            return OverviewSessionBody(
                session: SessionBody(inspected, now: overview.now),
                isPlayed: inspected.isPlayed,
                heard: inspected.heardLinks.count,
                dropped: inspected.dropped,
                jitter: inspected.heardLinks.compactMap(\.jitter).max(),
                missed: inspected.heardLinks.compactMap(\.missedShare).max(),
                problems: problems.count,
                problem: problems.first?.what
            )
        }
        // What was seen at a glance chose these; what was seen now puts them in order.
        overview.sessions = Self.ranked(overview.sessions)
        return overview
    }

    /// Those in which somebody does not get through before the others who play, and those before all others.
    private static func ranked(_ sessions: [OverviewSessionBody]) -> [OverviewSessionBody] {
        let ranks = sessions.map { !$0.isPlayed ? 2 : $0.problems > 0 ? 0 : 1 }
        return (0...2).flatMap { rank in zip(sessions, ranks).filter { $0.1 == rank }.map(\.0) }
    }

    package func history() async -> HistoryBody { HistoryBody(await lastHour.samples) }

    package func session(
        id: String,
        since earlier: RelayGlance?
    ) async throws -> (body: SessionWatchBody, glance: RelayGlance) {
        let drops = view.drops
        let inspected = try await view.sessions.inspect(id: id)
        let symptoms = view.symptoms(
            of: inspected,
            since: earlier,
            isDraining: await view.sessions.isDraining
        )
        var findings = Diagnosis.findings(symptoms)
        let revoked = inspected.session.revokedNumbers(atMost: Self.revokedUsers)
        for number in revoked where inspected.report != nil {
            for var finding in Diagnosis.findings(symptoms, user: number) where finding.subject == .user(number) {
                // Nobody has asked for this user: that somebody was sent away is no fault of the session.
                if finding.code == "user_revoked" { finding.weight = .note }
                findings.append(finding)
            }
        }
        let body = SessionWatchBody(
            now: view.now(),
            clock: view.clock,
            version: view.version,
            phase: await view.phase(),
            session: SessionBody(inspected, now: view.now()),
            users: UserBody.list(inspected, findings),
            revoked: revoked.map { Int($0) },
            findings: findings.map { FindingBody($0) }
        )
        return (body, RelayGlance(drops: drops, report: inspected.report))
    }
}

extension Session {
    /// Numbers that users had who are no users any more, the last ones, in order.
    fileprivate func revokedNumbers(atMost count: Int) -> [Int32] {
        let present = Set(users.map(\.number))
        let last = (1..<max(1, nextUserNumber)).reversed().lazy.filter { !present.contains($0) }.prefix(count)
        return last.reversed()
    }
}
