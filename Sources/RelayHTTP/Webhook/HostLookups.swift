internal import Synchronization

/// Look-ups of hosts, each on a thread of its own, so that a name server that is silent about one name keeps nobody else
/// waiting.
///
/// A host is looked up once at a time, for all who ask. Patience counts from the moment a look-up has its thread. Past it
/// those who wait are answered, and its thread, which nothing can stop, no longer counts among the busy ones: others take
/// its turn, up to a bound in all. Hosts that were found before go first, and literal addresses need no turn.
final class HostLookups: Sendable {
    /// How many threads look up at a time, late ones aside; and with them.
    private let width: Int
    private let mostThreads: Int
    private let patience: Duration
    private let lookUp: @Sendable (String) -> HostResolver.Outcome
    private let state = Mutex(State())

    private typealias Answer = CheckedContinuation<HostResolver.Outcome, Never>

    private struct Run {
        var number: Int
        var waiting: [Int: Answer] = [:]
        var isLate = false
    }

    private struct State {
        var runs: [String: Run] = [:]
        /// Hosts without a thread yet: those that were found before, and others.
        var known: [String] = []
        var unknown: [String] = []
        var busy = 0
        var threads = 0
        var count = 0
        var found: Set<String> = []
    }

    /// Beyond that many, which hosts were found before is forgotten.
    private static let mostFound = 4_096

    init(
        width: Int = 32,
        mostThreads: Int = 128,
        patience: Duration = .seconds(5),
        lookUp: @escaping @Sendable (String) -> HostResolver.Outcome = HostResolver.lookUp
    ) {
        self.width = width
        self.mostThreads = mostThreads
        self.patience = patience
        self.lookUp = lookUp
    }

    /// The addresses of a host. Answers early when the task is cancelled.
    @Sendable func resolve(_ host: String) async -> HostResolver.Outcome {
        if let literal = HostResolver.literal(host) { return literal }
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { wait(for: host, number, $0) }
        } onCancel: {
            state.withLock { $0.runs[host]?.waiting.removeValue(forKey: number) }?
                .resume(returning: .failed("the look-up was stopped"))
        }
    }

    private func wait(for host: String, _ number: Int, _ answer: Answer) {
        // A task that was cancelled before it got here finds nobody to take its answer back.
        if Task.isCancelled { return answer.resume(returning: .failed("the look-up was stopped")) }
        let isLate = state.withLock { state in
            if state.runs[host]?.isLate == true { return true }
            if state.runs[host] == nil {
                state.runs[host] = Run(number: number)
                if state.found.contains(host) { state.known.append(host) } else { state.unknown.append(host) }
            }
            state.runs[host]?.waiting[number] = answer
            return false
        }
        if isLate { return answer.resume(returning: late) }
        startThreads()
    }

    private var late: HostResolver.Outcome { .failed("the name server has not answered for \(patience)") }

    private func startThreads() {
        while let (host, number) = state.withLock({ Self.next(&$0, width, mostThreads) }) {
            let isStarted = DetachedThread.start { self.finish(host, self.lookUp(host)) }
            guard isStarted else {
                finish(host, .failed("no thread can be had for the look-up"))
                continue
            }
            Task {
                try? await Task.sleep(for: patience)
                giveUp(host, number)
            }
        }
    }

    private static func next(_ state: inout State, _ width: Int, _ mostThreads: Int) -> (String, Int)? {
        guard state.busy < width, state.threads < mostThreads else { return nil }
        let host: String
        if !state.known.isEmpty {
            host = state.known.removeFirst()
        } else if !state.unknown.isEmpty {
            host = state.unknown.removeFirst()
        } else {
            return nil
        }
        state.busy += 1
        state.threads += 1
        return (host, state.runs[host]?.number ?? 0)
    }

    private func finish(_ host: String, _ outcome: HostResolver.Outcome) {
        let waiting = state.withLock { state in
            let run = state.runs.removeValue(forKey: host)
            state.threads -= 1
            if run?.isLate != true { state.busy -= 1 }
            if case .addresses = outcome {
                if state.found.count >= Self.mostFound { state.found = [] }
                state.found.insert(host)
            } else {
                state.found.remove(host)
            }
            return run?.waiting ?? [:]
        }
        for answer in waiting.values { answer.resume(returning: outcome) }
        startThreads()
    }

    private func giveUp(_ host: String, _ number: Int) {
        let waiting: [Int: Answer] = state.withLock { state in
            guard let run = state.runs[host], run.number == number, !run.isLate else { return [:] }
            state.runs[host]?.isLate = true
            state.runs[host]?.waiting = [:]
            state.busy -= 1
            state.found.remove(host)
            return run.waiting
        }
        for answer in waiting.values { answer.resume(returning: late) }
        startThreads()
    }
}
