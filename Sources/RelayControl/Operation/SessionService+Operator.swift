package import RelayCore

/// A session as an operator sees it, with what the data plane knows of it.
package struct InspectedSession: Sendable {
    package let session: Session
    /// Kept in the store, but not served in this configuration.
    package let isParked: Bool
    /// `nil` where no worker serves it.
    package let report: SessionReport?
    /// The user who hosts, as the data plane knows it.
    package let host: SessionUser?
    /// Whether anybody is heard on the client port.
    package let hasBoundUsers: Bool
    /// When users were added, by their numbers, in seconds since 1970: those added a moment ago.
    package let arrivals: [Int32: Double]
    /// By their tokens: a session may have thousands of users, and each is asked for.
    private let reports: [UInt32: UserReport]

    package init(
        session: Session,
        isParked: Bool = false,
        report: SessionReport? = nil,
        arrivals: [Int32: Double] = [:]
    ) {
        self.session = session
        self.arrivals = arrivals
        self.isParked = isParked
        self.report = report
        host = report?.hostUserToken.flatMap { token in session.users.first { $0.token == token } }
        hasBoundUsers = report?.users.contains { $0.endpoint != nil } ?? false
        reports = Dictionary((report?.users ?? []).map { ($0.userToken, $0) }) { first, _ in first }
    }

    /// Whether somebody was heard lately, or tries with wrong tokens: as `SessionSighting` has it.
    package var isPlayed: Bool {
        guard let report else { return false }
        return report.wasUsed && report.silence < SessionSighting.lately
            || report.wrongUsersAge.map { $0 < SessionSighting.wrongUsersRecent } ?? false
    }

    /// What the data plane knows of a user.
    package func report(of user: SessionUser) -> UserReport? { reports[user.token] }

    /// Whether a user has this number or connection id, or had this number before it was revoked.
    package func hadUser(numbered number: Int32) -> Bool {
        user(numbered: number) != nil || (1..<max(1, session.nextUserNumber)).contains(number)
    }

    /// The user with this number, or with this connection id after a rejoin.
    package func user(numbered number: Int32) -> SessionUser? {
        if let user = session.users.first(where: { $0.number == number }) { return user }
        let token = report?.users.first { $0.connectionID == number }?.userToken
        return session.users.first { $0.token == token }
    }
}

// What an operator may ask and order beside the calls of the API. Users are named by their numbers, never by tokens.
extension SessionService {
    /// Newest first; a page past the end is empty.
    package func inspect(page: Int, limit: Int) async throws(RelayError) -> (sessions: [InspectedSession], total: Int) {
        let page = try await list(page: page, limit: limit)
        var inspected: [InspectedSession] = []
        for session in page.sessions {
            let report = await plane.report(ofSession: session.token)
            inspected.append(
                InspectedSession(session: session, report: report, arrivals: entries[session.id]?.arrivals ?? [:])
            )
        }
        return (inspected, page.totalCount)
    }

    /// - Throws: `.notFound`, `.unavailable` while restoring.
    package func inspect(id: String) async throws(RelayError) -> InspectedSession {
        try requireReady()
        guard let entry = entries[id], entry.phase != .creating else { throw Self.noSession }
        guard entry.phase == .live else { return InspectedSession(session: entry.session, isParked: true) }
        let report = await plane.report(ofSession: entry.session.token)
        // The session may have changed in the meantime, and what is shown has to fit together.
        return inspection(entries[id] ?? entry, report)
    }

    func inspection(_ entry: Entry, _ report: SessionReport?) -> InspectedSession {
        InspectedSession(session: entry.session, report: report, arrivals: entry.arrivals)
    }

    /// Cuts a user off, by its number or its connection id.
    /// - Throws: `.notFound`, `.unavailable` where it is cut off but not durable yet.
    package func revokeUser(sessionID: String, number: Int32) async throws(RelayError) {
        let inspected = try await inspect(id: sessionID)
        guard let user = inspected.user(numbered: number) else {
            throw RelayError(.notFound, "the session has no user of that number: \(inspected.session.userList)")
        }
        _ = try await revokeUser(sessionID: sessionID, userToken: user.token)
    }
}

extension Session {
    /// The users' numbers in words.
    var userList: String {
        users.isEmpty ? "it has no users" : "its users are " + users.map { "\($0.number)" }.joined(separator: ", ")
    }
}
