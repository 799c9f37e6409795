internal import RelayNet

/// Bytes of answers that were made and that clients have not taken yet, by connection and by source.
///
/// Where no more are allowed, connections that stopped taking what they asked for make room, the one that stands still
/// the longest first; where that is not enough, the answer is not sent.
struct OwedAnswers {
    enum Refusal: String, Sendable, CaseIterable {
        /// One source owes as much as it may.
        case source
        /// All together do.
        case total
    }

    /// Whose bytes they are.
    struct Debtor {
        let id: UInt64
        /// `nil` for a trusted proxy or a Unix socket, which stand for many.
        let source: IPNetwork?
        /// Whether it proved an API key: a quarter of the bytes is kept for those.
        let isProven: Bool
    }

    private struct Account {
        let source: IPNetwork?
        let isProven: Bool
        var bytes = 0
        var progressAt: ContinuousClock.Instant
    }

    /// A connection that took nothing for so long makes room for others.
    private static let patience = Duration.seconds(2)

    private let total: Int
    private let perSource: Int
    private var accounts: [UInt64: Account] = [:]
    private var sources: [IPNetwork: Int] = [:]
    /// Of all.
    private(set) var bytes = 0

    init(total: Int, perSource: Int) {
        self.total = total
        self.perSource = perSource
    }

    /// - Returns: why the bytes may not be owed, if they may not; and which connections are to be cut off, their accounts
    ///   are closed already. Whoever owes nothing may owe one answer of any size.
    mutating func owe(
        _ count: Int,
        by debtor: Debtor,
        now: ContinuousClock.Instant
    ) -> (refusal: Refusal?, cut: [UInt64]) {
        let (refusal, cut) = makeRoom(for: count, of: debtor, now: now)
        guard refusal == nil else { return (refusal, cut) }
        let account = Account(source: debtor.source, isProven: debtor.isProven, progressAt: now)
        accounts[debtor.id, default: account].bytes += count
        bytes += count
        if let source = debtor.source { sources[source, default: 0] += count }
        return (nil, cut)
    }

    /// The same, but nothing is owed by it.
    mutating func makeRoom(
        for count: Int,
        of debtor: Debtor,
        now: ContinuousClock.Instant
    ) -> (refusal: Refusal?, cut: [UInt64]) {
        var cut: [UInt64] = []
        if let source = debtor.source {
            makeRoom(
                now,
                &cut,
                among: { $0.source == source },
                until: { owed in
                    let held = owed.sources[source] ?? 0
                    return held == 0 || held + count <= owed.perSource
                }
            )
            let held = sources[source] ?? 0
            guard held == 0 || held + count <= perSource else { return (.source, cut) }
        }
        let limit = debtor.isProven ? total : total - total / 4
        makeRoom(
            now,
            &cut,
            among: { !$0.isProven || debtor.isProven },
            until: { $0.bytes == 0 || $0.bytes + count <= limit }
        )
        guard bytes == 0 || bytes + count <= limit else { return (.total, cut) }
        // What is cut off has no account to write to, not even where it is the debtor itself.
        guard !cut.contains(debtor.id) else { return (.source, cut) }
        return (nil, cut)
    }

    /// Notes that some of what is owed was taken.
    mutating func progress(_ id: UInt64, now: ContinuousClock.Instant) { accounts[id]?.progressAt = now }

    /// Notes that so many bytes are not owed any more.
    mutating func paid(_ count: Int, by id: UInt64, now: ContinuousClock.Instant) {
        guard let account = accounts[id] else { return }
        let count = min(count, account.bytes)
        accounts[id]?.bytes -= count
        accounts[id]?.progressAt = now
        release(count, of: account.source)
        if account.bytes == count { accounts.removeValue(forKey: id) }
    }

    /// Notes that the connection is gone.
    mutating func close(_ id: UInt64) {
        guard let account = accounts.removeValue(forKey: id) else { return }
        release(account.bytes, of: account.source)
    }

    private mutating func release(_ count: Int, of source: IPNetwork?) {
        bytes -= count
        guard let source, let held = sources[source] else { return }
        sources[source] = held > count ? held - count : nil
    }

    private mutating func makeRoom(
        _ now: ContinuousClock.Instant,
        _ cut: inout [UInt64],
        among isCandidate: (Account) -> Bool,
        until isEnough: (OwedAnswers) -> Bool
    ) {
        guard !isEnough(self) else { return }
        let stalled = accounts.filter {
            isCandidate($0.value) && $0.value.progressAt.duration(to: now) >= Self.patience
        }
        for (id, _) in stalled.sorted(by: { $0.value.progressAt < $1.value.progressAt }) {
            close(id)
            cut.append(id)
            if isEnough(self) { return }
        }
    }
}
