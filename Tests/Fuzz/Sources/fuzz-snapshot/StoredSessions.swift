import RelayCore
import TestSupport

/// What the database knows when the relay dies.
struct StoredSessions {
    private(set) var plans: [UInt32: SessionPlan] = [:]

    var userCount: Int { plans.values.reduce(0) { $0 + $1.users.count } }

    /// Notes a command that was carried out.
    mutating func note(_ action: Program.Action, _ relay: Relay) {
        switch action {
        case .addSession(let plan):
            if relay.engine.pair(ofSession: plan.sessionToken) != nil { plans[plan.sessionToken] = plan }
        case .addUser(let plan, let session):
            let users = relay.engine.report(ofSession: session, now: 0)?.users ?? []
            if users.contains(where: { $0.userToken == plan.userToken }) { plans[session]?.users.append(plan) }
        case .removeUser(let user, let session):
            plans[session]?.users.removeAll { $0.userToken == user }
            if plans[session]?.hostUserToken == user { plans[session]?.hostUserToken = nil }
        case .removeSession(let session): plans[session] = nil
        default: break
        }
    }
}

extension Program.Action {
    /// Whether it is the control plane's, which has no word before the sessions are confirmed.
    var isCommand: Bool {
        switch self {
        case .datagram, .sweep, .ownAddresses: false
        default: true
        }
    }
}
