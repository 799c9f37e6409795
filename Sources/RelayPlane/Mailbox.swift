internal import LinuxIO
internal import RelayCore
internal import Synchronization

/// What the control plane asks of a worker. `done` is called on the worker's thread once it is in force.
enum WorkerCommand: Sendable {
    case addSession(SessionPlan, PairSockets?, done: @Sendable (DataPlaneError?) -> Void)
    case addUser(UserPlan, sessionToken: UInt32, done: @Sendable (DataPlaneError?) -> Void)
    case removeUser(token: UInt32, sessionToken: UInt32, done: @Sendable () -> Void)
    /// `done` gets the number of the pair that the session had; `nil` where it was not served.
    case removeSession(token: UInt32, done: @Sendable (UInt32?) -> Void)
    case activity(token: UInt32, done: @Sendable (SessionActivity?) -> Void)
    case silences(users: [UInt32], token: UInt32, done: @Sendable ([UInt32?]) -> Void)
    /// Drops the sessions of an earlier process that nobody has named; `done` gets their tokens and pairs.
    case dropUnconfirmed(done: @Sendable ([(token: UInt32, pair: UInt32)]) -> Void)
    /// A sign of life: `done` with true; with false from a worker that has stopped.
    case turn(done: @Sendable (Bool) -> Void)
    case ownAddresses([PeerAddress])
    case limits(RateLimits)
    case wrongUsers(perSecond: UInt32)
    case report(token: UInt32, done: @Sendable (SessionReport?) -> Void)
    case survey(from: Int, done: @Sendable (SessionSurvey) -> Void)
    case stop
}

/// The one way into a worker: a list behind a lock that the worker takes only when its eventfd says so.
final class Mailbox: Sendable {
    private struct State {
        var commands: [WorkerCommand] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let event: EventDescriptor

    init() throws(SystemCallError) {
        event = try EventDescriptor()
    }

    /// Becomes readable when there are commands.
    var descriptor: Int32 { event.number }

    /// False where the worker has stopped and will never look.
    func post(_ command: WorkerCommand) -> Bool {
        let isAccepted = state.withLock { state in
            if state.isClosed { return false }
            state.commands.append(command)
            return true
        }
        if isAccepted { event.signal() }
        return isAccepted
    }

    func takeAll() -> [WorkerCommand] {
        event.clear()
        return state.withLock { state in
            let commands = state.commands
            state.commands = []
            return commands
        }
    }

    /// Takes no more commands; returns those nobody looked at.
    func close() -> [WorkerCommand] {
        state.withLock { state in
            state.isClosed = true
            let commands = state.commands
            state.commands = []
            return commands
        }
    }
}
