internal import RelayCore

/// What the API tells of a session's traffic. `SessionService` is the implementation; HTTP tests may bring their own.
package protocol SessionMonitor: Sendable {
    /// How well a session's datagrams arrive, and what is to be said about it.
    /// - Throws: `.notFound`, `.unavailable` while restoring.
    func health(id: String) async throws(RelayError) -> SessionHealth

    /// What a session and its users have used so far.
    /// - Throws: `.notFound`, `.unavailable` while restoring.
    func usage(id: String) async throws(RelayError) -> (session: Session, usage: UsageStatement)
}

/// One look at a session.
package struct SessionHealth: Sendable {
    package var inspected: InspectedSession
    package var findings: [Finding]

    package init(inspected: InspectedSession, findings: [Finding]) {
        self.inspected = inspected
        self.findings = findings
    }
}

extension SessionService: SessionMonitor {
    package func health(id: String) async throws(RelayError) -> SessionHealth {
        try requireReady()
        let token = try liveSession(id).token
        let report = await plane.report(ofSession: token)
        // It may have changed, or ended, in the meantime.
        let inspected = InspectedSession(
            session: try liveSession(id),
            report: report,
            arrivals: entries[id]?.arrivals ?? [:]
        )
        let symptoms = Symptoms(
            inspected: inspected,
            hostTimeout: settings.hostTimeout,
            userTimeout: settings.userTimeout,
            isDraining: isDraining,
            now: now(),
            uptime: startedAt.duration(to: .now) / .seconds(1),
            identity: settings.identity
        )
        return SessionHealth(inspected: inspected, findings: Diagnosis.findings(symptoms))
    }

    package func usage(id: String) async throws(RelayError) -> (session: Session, usage: UsageStatement) {
        try requireReady()
        // A user who is being revoked would be counted twice, or not at all.
        await enter(id)
        defer { leave(id) }
        let session = try liveSession(id)
        let report = await plane.report(ofSession: session.token)
        return (session, UsageStatement(session, entries[id]?.former ?? FormerUsers(), report))
    }
}
