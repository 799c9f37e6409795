import RelayControl
import RelayCore
import Synchronization

/// A data plane that only remembers whom it would let through.
final class FakePlane: DataPlane {
    enum Call: Sendable, Equatable {
        case addSession, addUser, removeUser, removeSession
    }

    typealias Hook = @Sendable (Call) async -> Void

    struct State: Sendable {
        var sessions: [UInt32: SessionPlan] = [:]
        /// Every plan that was ever added.
        var plans: [SessionPlan] = []
        /// Dedicated pairs whose ports another process holds.
        var takenPairs: Set<Int> = []
        var addSessionError: DataPlaneError?
        var addUserError: DataPlaneError?
        var calls: [Call] = []
        var hook: Hook?
        /// What users have used, by their tokens.
        var usages: [UInt32: Usage] = [:]
        var peak = Rate()
        /// Sessions in which somebody is heard, and whether somebody in them does not get through.
        var sightings: [UInt32: Bool] = [:]
        /// In one part of a survey at most.
        var sightingsPerSurvey = Int.max
        var surveys = 0
        /// Whether it goes on with an earlier process's sessions.
        var remembersSessions = false
    }

    let workerCount: Int
    let firstPort: UInt16
    private let state = Mutex(State())

    init(workers: Int = 4, firstPort: UInt16 = 40000) {
        workerCount = workers
        self.firstPort = firstPort
    }

    var now: State { state.withLock { $0 } }

    var remembersSessions: Bool { now.remembersSessions }

    func configure(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    /// Whether datagrams with these tokens would pass.
    func accepts(session: UInt32, user: UInt32) -> Bool {
        state.withLock { $0.sessions[session]?.users.contains { $0.userToken == user } ?? false }
    }

    func worker(forSessionToken token: UInt32) -> Int { Int(token) % workerCount }

    func ports(of pair: PortPairID) -> PortPair {
        switch pair {
        case .shared: PortPair(server: 32000, client: 32001)
        case .dedicated(let number):
            PortPair(server: firstPort + UInt16(2 * number), client: firstPort + UInt16(2 * number) + 1)
        }
    }

    func add(_ plan: SessionPlan) async throws(DataPlaneError) {
        await enter(.addSession)
        let error = state.withLock { state -> DataPlaneError? in
            if let error = state.addSessionError { return error }
            if case .dedicated(let number) = plan.portPair, state.takenPairs.contains(number) {
                return .portUnavailable(port: ports(of: plan.portPair).server, reason: "address already in use")
            }
            state.sessions[plan.sessionToken] = plan
            state.plans.append(plan)
            return nil
        }
        if let error { throw error }
    }

    func add(_ user: UserPlan, toSession sessionToken: UInt32) async throws(DataPlaneError) {
        await enter(.addUser)
        let error = state.withLock { state -> DataPlaneError? in
            if let error = state.addUserError { return error }
            if state.sessions[sessionToken] == nil { return .unknownSession }
            state.sessions[sessionToken]?.users.append(user)
            return nil
        }
        if let error { throw error }
    }

    func remove(userToken: UInt32, fromSession sessionToken: UInt32) async {
        await enter(.removeUser)
        state.withLock { $0.sessions[sessionToken]?.users.removeAll { $0.userToken == userToken } }
    }

    func removeSession(_ sessionToken: UInt32) async {
        await enter(.removeSession)
        state.withLock { $0.sessions[sessionToken] = nil }
    }

    func activity(ofSession sessionToken: UInt32) async -> SessionActivity? {
        state.withLock { $0.sessions[sessionToken] == nil ? nil : SessionActivity(hostSilence: nil, silence: 0) }
    }

    func silences(ofUsers userTokens: [UInt32], inSession sessionToken: UInt32) async -> [UInt32?] {
        userTokens.map { _ in nil }
    }

    func report(ofSession sessionToken: UInt32) async -> SessionReport? {
        state.withLock { state in
            state.sessions[sessionToken].map { plan in
                var report = SessionReport(
                    users: plan.users.map { user in
                        var report = UserReport(userToken: user.userToken, connectionID: user.connectionID)
                        report.usage = state.usages[user.userToken] ?? Usage()
                        return report
                    }
                )
                report.peak = state.peak
                return report
            }
        }
    }

    func survey(ofWorker worker: Int, from slot: Int) async -> SessionSurvey {
        state.withLock { state in
            state.surveys += 1
            let own = state.sightings.keys.filter { self.worker(forSessionToken: $0) == worker }.sorted()
            let part = own.dropFirst(slot).prefix(state.sightingsPerSurvey)
            return SessionSurvey(
                sightings: part.map { SessionSighting(sessionToken: $0, isTroubled: state.sightings[$0] ?? false) },
                next: slot + part.count < own.count ? slot + part.count : 0
            )
        }
    }

    private func enter(_ call: Call) async {
        let hook = state.withLock { state in
            state.calls.append(call)
            return state.hook
        }
        await hook?(call)
    }
}
