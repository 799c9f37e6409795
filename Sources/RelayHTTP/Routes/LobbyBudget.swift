internal import RelayControl
internal import Synchronization

/// Bounds the work that callers without a key make the lobby service do: calls, bytes that are read and rendered, rows that
/// are written. Each source address has a budget, and all of them together have one, so that the API stays as quick as it
/// is without them.
///
/// What a call costs is known when it is answered: a source may go on as long as its budget is not used up, and pays later
/// for what it took too much.
final class LobbyBudget: Sendable {
    /// How much of each kind there is.
    struct Rates {
        var calls: CallRate
        var bytes: CallRate
        var rows: CallRate
    }

    private static let mebibyte: Double = 1_048_576

    /// Clients poll every fifth of a second, and several players may sit behind one address.
    static let ofSource = Rates(
        calls: CallRate(perSecond: 1_000, burst: 4_000),
        bytes: CallRate(perSecond: 2 * mebibyte, burst: 16 * mebibyte),
        rows: CallRate(perSecond: 40, burst: 800)
    )
    static let inAll = Rates(
        calls: CallRate(perSecond: 4_000, burst: 8_000),
        bytes: CallRate(perSecond: 16 * mebibyte, burst: 64 * mebibyte),
        rows: CallRate(perSecond: 400, burst: 2_000)
    )
    /// Above so many sources, those that are quiet are forgotten; where all are busy, new ones share an account.
    private static let maxSources = 20_000
    /// What is left of a common budget below this share is for sources that have used little of their own.
    private static let reserve = 0.5
    private static let littleUsed = 0.75

    private struct Account {
        var calls: WorkBucket
        var bytes: WorkBucket
        var rows: WorkBucket

        init(_ rates: Rates, now: ContinuousClock.Instant) {
            calls = WorkBucket(rates.calls, now: now)
            bytes = WorkBucket(rates.bytes, now: now)
            rows = WorkBucket(rates.rows, now: now)
        }

        mutating func fill(_ rates: Rates, now: ContinuousClock.Instant) {
            calls.fill(at: rates.calls, now: now)
            bytes.fill(at: rates.bytes, now: now)
            rows.fill(at: rates.rows, now: now)
        }

        func isUntouched(_ rates: Rates) -> Bool {
            calls.level >= rates.calls.burst && bytes.level >= rates.bytes.burst && rows.level >= rates.rows.burst
        }
    }

    private struct State {
        var common: Account
        var sources: [String: Account] = [:]
        var tidiedAt: ContinuousClock.Instant
    }

    private let state: Mutex<State>

    init(now: ContinuousClock.Instant = .now) {
        state = Mutex(State(common: Account(Self.inAll, now: now), tidiedAt: now - .seconds(60)))
    }

    /// Lets a call in.
    /// - Parameter writes: whether it may write rows.
    /// - Returns: `nil` where it may be made, else the seconds until it may, at least 1.
    func admit(_ source: String, writes: Bool, now: ContinuousClock.Instant = .now) -> Int? {
        state.withLock { state in
            let key = Self.account(of: source, in: &state, now: now)
            state.common.fill(Self.inAll, now: now)
            var own = state.sources[key] ?? Account(Self.ofSource, now: now)
            own.fill(Self.ofSource, now: now)
            var wait = max(
                Self.wait(own.calls, Self.ofSource.calls, state.common.calls, Self.inAll.calls),
                Self.wait(own.bytes, Self.ofSource.bytes, state.common.bytes, Self.inAll.bytes)
            )
            if writes {
                wait = max(wait, Self.wait(own.rows, Self.ofSource.rows, state.common.rows, Self.inAll.rows))
            }
            if wait <= 0 {
                own.calls.level -= 1
                state.common.calls.level -= 1
            }
            state.sources[key] = own
            return wait > 0 ? Int(min(3600, max(1, wait.rounded(.up)))) : nil
        }
    }

    /// Takes what a call has cost, when that is known.
    func charge(_ source: String, bytes: Int, rows: Int, now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            let key = Self.account(of: source, in: &state, now: now)
            state.sources[key, default: Account(Self.ofSource, now: now)].bytes.level -= Double(bytes)
            state.sources[key]?.rows.level -= Double(rows)
            state.common.bytes.level -= Double(bytes)
            state.common.rows.level -= Double(rows)
        }
    }

    /// Seconds until both budgets let a call in.
    private static func wait(_ own: WorkBucket, _ ownRate: CallRate, _ common: WorkBucket, _ commonRate: CallRate)
        -> Double
    {
        let ownWait = own.wait(for: 0, at: ownRate)
        let hasUsedLittle = own.level >= ownRate.burst * littleUsed
        let commonWait = common.wait(for: hasUsedLittle ? 0 : commonRate.burst * reserve, at: commonRate)
        return max(ownWait, commonWait)
    }

    private static func account(of source: String, in state: inout State, now: ContinuousClock.Instant) -> String {
        guard state.sources[source] == nil, state.sources.count >= maxSources else { return source }
        if state.tidiedAt.duration(to: now) >= .seconds(1) {
            state.tidiedAt = now
            state.sources = state.sources.filter { entry in
                var account = entry.value
                account.fill(ofSource, now: now)
                return !account.isUntouched(ofSource)
            }
        }
        return state.sources.count >= maxSources ? "others" : source
    }
}

/// Work that may still be done at once: filled at a rate, up to its burst. Below 0 it is owed.
struct WorkBucket: Sendable {
    var level: Double
    private var filledAt: ContinuousClock.Instant

    /// Starts full.
    init(_ rate: CallRate, now: ContinuousClock.Instant) {
        level = rate.burst
        filledAt = now
    }

    mutating func fill(at rate: CallRate, now: ContinuousClock.Instant) {
        level = min(rate.burst, level + max(0, filledAt.duration(to: now) / .seconds(1)) * rate.perSecond)
        filledAt = max(filledAt, now)
    }

    /// Seconds until there is more than this; 0 where there is.
    func wait(for floor: Double, at rate: CallRate) -> Double {
        level > floor ? 0 : max(0.001, (floor - level) / rate.perSecond)
    }
}
