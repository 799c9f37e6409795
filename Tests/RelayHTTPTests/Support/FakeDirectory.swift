import RelayControl
import RelayCore
import RelayNet

/// Sessions in memory, with the directory's promises and nothing behind them.
actor FakeDirectory: SessionDirectory, SessionMonitor {
    private let maxUsers: Int

    /// What every call throws from now on, where set.
    var failure: RelayError?
    private(set) var requests: [SessionRequest] = []
    /// Those of authorize-user.
    private(set) var tickets: [IdempotencyTicket] = []
    private var sessions: [Session] = []
    private var nextToken: UInt32 = 1_000
    private var created: Int64 = 0

    init(maxUsers: Int = 50) { self.maxUsers = maxUsers }

    func fail(with error: RelayError?) { failure = error }

    func create(_ request: SessionRequest) async throws(RelayError) -> Session {
        try check()
        guard (1...maxUsers).contains(request.addresses.count) else {
            throw RelayError(.invalid, "users has \(request.addresses.count) entries; send 1 to \(maxUsers)")
        }
        for (index, address) in request.addresses.enumerated() { try Self.check(address, "users[\(index)].ip") }
        let url = request.webhookURL.flatMap { $0.isEmpty ? nil : $0 }
        if let url, WebhookURL(url) == nil { throw RelayError(.invalid, "webhook_url must be an http or https URL") }
        requests.append(request)
        created += 1
        let digits = String(UInt64(created) &* 0x9E37_79B9_7F4A, radix: 16).suffix(12)
        let users = request.addresses.enumerated().map { index, address in
            SessionUser(number: Int32(index + 1), address: address, token: newToken())
        }
        let session = Session(
            id: String(repeating: "0", count: 12 - digits.count) + digits + "-S",
            token: newToken(),
            users: users,
            nextUserNumber: Int32(users.count + 1),
            portPair: .shared,
            ports: PortPair(server: 32000, client: 32001),
            createdInGeneration: 1,
            createdAt: 0,
            sequence: created,
            webhookURL: url
        )
        sessions.append(session)
        return session
    }

    func session(id: String) async throws(RelayError) -> Session {
        try check()
        return sessions[try index(of: id)]
    }

    func list(page: Int, limit: Int) async throws(RelayError) -> SessionPage {
        try check()
        let newestFirst = Array(sessions.reversed().dropFirst((page - 1) * limit).prefix(limit))
        return SessionPage(sessions: newestFirst, totalCount: sessions.count, page: page, limit: limit)
    }

    func list(after cursor: SessionCursor?, limit: Int) async throws(RelayError) -> SessionStretch {
        try check()
        let older = sessions.reversed().filter { $0.sequence < cursor?.sequence ?? .max }
        let page = Array(older.prefix(limit))
        return SessionStretch(
            sessions: page,
            totalCount: sessions.count,
            next: older.count > limit ? page.last.map { SessionCursor(sequence: $0.sequence) } : nil,
            isFirst: cursor == nil
        )
    }

    func delete(id: String) async throws(RelayError) {
        try check()
        sessions.remove(at: try index(of: id))
    }

    func authorizeUser(
        sessionID: String,
        address: String,
        ticket: IdempotencyTicket?
    ) async throws(RelayError) -> (session: Session, user: SessionUser) {
        try check()
        if let ticket { tickets.append(ticket) }
        try Self.check(address, "user_ip")
        let index = try index(of: sessionID)
        guard sessions[index].users.count < maxUsers else { throw RelayError(.unavailable, "the session is full") }
        let user = SessionUser(number: sessions[index].nextUserNumber, address: address, token: newToken())
        sessions[index].users.append(user)
        sessions[index].nextUserNumber += 1
        return (sessions[index], user)
    }

    func revokeUser(sessionID: String, userToken: UInt32) async throws(RelayError) -> Session {
        try check()
        let index = try index(of: sessionID)
        guard let user = sessions[index].users.firstIndex(where: { $0.token == userToken }) else {
            throw RelayError(.notFound, "the session has no user with this token")
        }
        sessions[index].users.remove(at: user)
        return sessions[index]
    }

    /// What is known of every session.
    var report: (@Sendable (Session) -> SessionReport)?
    var findings: [Finding] = []
    var statement: UsageStatement?

    func set(report: @escaping @Sendable (Session) -> SessionReport, findings: [Finding] = []) {
        self.report = report
        self.findings = findings
    }

    func set(statement: UsageStatement) { self.statement = statement }

    func health(id: String) async throws(RelayError) -> SessionHealth {
        let session = try await session(id: id)
        return SessionHealth(
            inspected: InspectedSession(session: session, report: report?(session)),
            findings: findings
        )
    }

    func usage(id: String) async throws(RelayError) -> (session: Session, usage: UsageStatement) {
        let session = try await session(id: id)
        return (session, statement ?? UsageStatement(users: [], total: Usage()))
    }

    private func newToken() -> UInt32 {
        nextToken += 1
        return nextToken
    }

    private func check() throws(RelayError) {
        if let failure { throw failure }
    }

    private func index(of id: String) throws(RelayError) -> Int {
        guard let index = sessions.firstIndex(where: { $0.id == id }) else {
            throw RelayError(.notFound, "there is no such session")
        }
        return index
    }

    private static func check(_ address: String, _ name: String) throws(RelayError) {
        if IPAddress(address) == nil { throw RelayError(.invalid, "\(name) is not an IP address") }
    }
}
