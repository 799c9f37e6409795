import RelayControl
import RelayCore
import Synchronization

/// A store in memory. What it has taken is durable; it can stand still or fail where the test wants it to.
final class FakeStore: SessionStore {
    struct Disk: Sendable {
        var sessions: [String: Session] = [:]
        var reservedTokens: [UInt32: Double] = [:]
        var webhooks: [Int64: PendingWebhook] = [:]
        var answers: [Int64: IdempotencyRecord] = [:]
        var generation: Int64 = 0
        var damaged: [String] = []
        /// A loss that is accepted at the next start.
        var lostTail: LostTail?
        var lostTails = 0
        /// Every change that was taken, in order.
        var log: [String] = []
    }

    typealias Hook = @Sendable (StoreChange) async throws(SessionStoreError) -> Void

    static let failure = SessionStoreError(.other, "the disk is broken")

    private let disk: Mutex<Disk>
    private let before = Mutex<Hook?>(nil)
    private let after = Mutex<Hook?>(nil)

    init(_ disk: Disk = Disk()) { self.disk = Mutex(disk) }

    var contents: Disk { disk.withLock { $0 } }

    /// Runs before a change is taken; where it throws, the change is not taken.
    func setBefore(_ hook: Hook?) { before.withLock { $0 = hook } }

    /// Runs after a change was taken; where it throws, the caller is told of a failure all the same.
    func setAfter(_ hook: Hook?) { after.withLock { $0 = hook } }

    func load() async throws(SessionStoreError) -> StoredState {
        disk.withLock { disk in
            disk.generation += 1
            defer { disk.lostTail = nil }
            if disk.lostTail != nil { disk.lostTails += 1 }
            return StoredState(
                sessions: disk.sessions.values.sorted { $0.sequence < $1.sequence },
                generation: disk.generation,
                reservedTokens: disk.reservedTokens,
                pendingWebhooks: disk.webhooks.values.sorted { $0.id < $1.id },
                answers: disk.answers.values.sorted { $0.id < $1.id },
                damaged: disk.damaged,
                lostTail: disk.lostTail,
                lostTails: disk.lostTails
            )
        }
    }

    func commit(_ change: StoreChange) async throws(SessionStoreError) {
        if let hook = before.withLock({ $0 }) { try await hook(change) }
        let problem = disk.withLock { Self.apply(change, to: &$0) }
        if let problem { throw problem }
        if let hook = after.withLock({ $0 }) { try await hook(change) }
    }

    private static func apply(_ change: StoreChange, to disk: inout Disk) -> SessionStoreError? {
        if case .answering(let record, let displaced, let change) = change {
            if let problem = apply(change, to: &disk) { return problem }
            for id in displaced { disk.answers[id] = nil }
            disk.answers[record.id] = record
            return nil
        }
        disk.log.append(name(of: change))
        switch change {
        case .createSession(let session, let webhook):
            guard disk.sessions[session.id] == nil else { return SessionStoreError(.other, "created twice") }
            disk.sessions[session.id] = session
            if let webhook { disk.webhooks[webhook.id] = webhook }
        case .addUser(let user, let id):
            guard disk.sessions[id] != nil else { return SessionStoreError(.other, "no such session") }
            disk.sessions[id]?.users.removeAll { $0.number == user.number }
            disk.sessions[id]?.users.append(user)
            let nextNumber = disk.sessions[id].map { max($0.nextUserNumber, user.number + 1) }
            if let nextNumber { disk.sessions[id]?.nextUserNumber = nextNumber }
        case .revokeUser(let number, let id):
            disk.sessions[id]?.users.removeAll { $0.number == number }
            if disk.sessions[id]?.hostNumber == number { disk.sessions[id]?.hostNumber = nil }
        case .removeSession(let id, let token, let endedAt, let webhook):
            disk.sessions[id] = nil
            if let webhook { disk.webhooks[webhook.id] = webhook }
            disk.reservedTokens[token] = endedAt
        case .movePorts(let pair, let ports, let id):
            disk.sessions[id]?.portPair = pair
            disk.sessions[id]?.ports = ports
        case .setHost(let number, let id):
            disk.sessions[id]?.hostNumber = number
        case .setConnectionID(let number, let rejoinID, let highest, let id):
            disk.sessions[id]?.highestRejoinID = highest
            let index = disk.sessions[id]?.users.firstIndex { $0.number == number }
            if let index { disk.sessions[id]?.users[index].rejoinID = rejoinID }
        case .markUsed(let id):
            disk.sessions[id]?.wasUsed = true
        case .removeWebhook(let id):
            disk.webhooks[id] = nil
        case .retryWebhook(let id, let attempts, let nextAttemptAt):
            disk.webhooks[id]?.attempts = attempts
            disk.webhooks[id]?.nextAttemptAt = nextAttemptAt
        case .forgetReservedTokens(let time):
            disk.reservedTokens = disk.reservedTokens.filter { $0.value >= time }
        case .forgetAnswers(let ids):
            for id in ids { disk.answers[id] = nil }
        case .answering, .lobbies: break
        }
        return nil
    }

    static func name(of change: StoreChange) -> String {
        switch change {
        case .createSession: "createSession"
        case .addUser: "addUser"
        case .revokeUser: "revokeUser"
        case .removeSession: "removeSession"
        case .movePorts: "movePorts"
        case .setHost: "setHost"
        case .setConnectionID: "setConnectionID"
        case .markUsed: "markUsed"
        case .removeWebhook: "removeWebhook"
        case .retryWebhook: "retryWebhook"
        case .forgetReservedTokens: "forgetReservedTokens"
        case .answering(_, _, let change): name(of: change)
        case .forgetAnswers: "forgetAnswers"
        case .lobbies: "lobbies"
        }
    }
}
