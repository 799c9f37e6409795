internal import RelayAdmin
internal import RelayControl
internal import RelayCore

// The domain's values as the control socket tells them. No token is among them, not even in part.
extension SessionBody {
    init(_ inspected: InspectedSession, now: Double) {
        let session = inspected.session
        let report = inspected.report
        self.init(
            id: session.id,
            state: inspected.isParked ? "parked" : "live",
            age: max(0, now - session.createdAt),
            serverPort: Int(session.ports.server),
            clientPort: Int(session.ports.client),
            isUsed: report?.wasUsed ?? session.wasUsed,
            silence: report.map { Int($0.silence) },
            host: inspected.host.map { Int($0.number) },
            hostEndpoint: report?.hostEndpoint.map(Diagnosis.text),
            hostSilence: report?.hostSilence.map { Int($0) },
            userCount: session.users.count,
            boundUsers: report?.users.count { $0.endpoint != nil } ?? 0
        )
        rate = RateBody(report?.rate ?? Rate())
        peak = RateBody(report?.peak ?? Rate())
        drops = DropCountBody.list(report?.drops ?? [:])
    }
}

extension UserBody {
    /// All users of a session, with how they stand.
    static func list(_ inspected: InspectedSession, _ findings: [Finding]) -> [UserBody] {
        let standings = UserStanding.all(in: inspected, findings)
        return inspected.session.users.map { UserBody($0, in: inspected, standings[$0.number] ?? .notHeard) }
    }

    private init(_ user: SessionUser, in inspected: InspectedSession, _ standing: UserStanding) {
        let report = inspected.report(of: user)
        let isHost = inspected.host?.number == user.number
        let endpoint = isHost ? inspected.report?.hostEndpoint : report?.endpoint
        let silence = isHost ? inspected.report?.hostSilence : report?.silence
        let moves = isHost ? inspected.report?.hostMoves : report?.moves
        self.init(
            number: Int(user.number),
            connectionId: Int(report?.connectionID ?? user.number),
            address: user.address,
            isHost: isHost,
            standing: standing.rawValue,
            endpoint: endpoint.map(Diagnosis.text),
            silence: silence.map { Int($0) },
            isPinned: report?.isPinned ?? false,
            moves: moves ?? 0
        )
        rate = RateBody((isHost ? inspected.report?.hostRate : report?.rate) ?? Rate())
        usage = UsageBody(report?.usage ?? Usage())
        link = LinkBody((isHost ? inspected.report?.hostLink : report?.link) ?? LinkQuality())
        drops = DropCountBody.list(report?.drops ?? [:])
        swappedTokens = report?.swapped ?? 0
    }
}

extension FindingBody {
    init(_ finding: Finding) {
        var about = "session"
        var user: Int?
        switch finding.subject {
        case .session: break
        case .relay: about = "relay"
        case .user(let number):
            about = "user"
            user = Int(number)
        }
        self.init(
            code: finding.code,
            weight: finding.weight.rawValue,
            about: about,
            user: user,
            what: finding.what,
            advice: finding.advice
        )
    }
}

extension DrainBody {
    /// `nil` while nobody asked for a drain.
    init?(_ progress: (verdict: Drain.Verdict, plan: DrainPlan?)) {
        guard let plan = progress.plan else { return nil }
        switch progress.verdict {
        case .serving: return nil
        case .waiting(let sessions, let remaining):
            self.init(until: plan.until, sessions: sessions, remaining: remaining.map { $0 / .seconds(1) })
        case .finished(.fewEnough(let sessions)), .finished(.deadline(let sessions)):
            self.init(until: plan.until, sessions: sessions, remaining: nil, isFinished: true)
        }
    }
}
