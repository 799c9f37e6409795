/// Hands out session tokens: unique among live sessions and among those that ended less than 24 hours ago.
///
/// The token decides which worker serves a session (the kernel steers by it), so a token is also how load is balanced.
package struct TokenAllocator: Sendable {
    private var live: Set<UInt32> = []
    private var reserved: Set<UInt32> = []
    /// Reserved tokens in the order in which they ended; what stands before `head` is forgotten already.
    private var endings: [(token: UInt32, endedAt: Double)] = []
    private var head = 0

    package init() {}

    /// How many tokens of ended sessions are kept from reuse.
    package var reservedCount: Int { endings.count - head }

    /// Makes room for tokens that are claimed next.
    package mutating func reserveCapacity(_ count: Int) { live.reserveCapacity(count) }

    /// Takes a token that a restored session has; `false` when another live session has it.
    package mutating func claim(_ token: UInt32) -> Bool { live.insert(token).inserted }

    /// Draws a token, preferring one whose worker has the least load, and claims it.
    ///
    /// - Parameters:
    ///   - attempts: how many tokens are drawn before the best one seen is taken, at least 1.
    ///   - leastLoad: the load at which drawing stops.
    ///   - load: the load of the worker that a token lands on.
    /// - Returns: `nil` when every token drawn is in use, which a working random source makes impossible.
    package mutating func draw(
        from random: some RandomSource,
        attempts: Int,
        leastLoad: Int,
        load: (UInt32) -> Int
    ) -> UInt32? {
        var best: (token: UInt32, load: Int)?
        for _ in 0..<attempts {
            let token = random.token()
            if live.contains(token) || reserved.contains(token) { continue }
            let loadThere = load(token)
            if loadThere < best?.load ?? .max { best = (token, loadThere) }
            if loadThere <= leastLoad { break }
        }
        guard let best else { return nil }
        live.insert(best.token)
        return best.token
    }

    /// A session ended: its token stays reserved until `forget` passes `endedAt` (seconds since 1970).
    package mutating func end(_ token: UInt32, at endedAt: Double) {
        live.remove(token)
        if reserved.insert(token).inserted { endings.append((token, endedAt)) }
    }

    /// Takes over what the store kept reserved.
    package mutating func reserve(_ tokens: [UInt32: Double]) {
        for (token, endedAt) in tokens.sorted(by: { $0.value < $1.value }) { end(token, at: endedAt) }
    }

    /// Whether a reserved token ended before this time (seconds since 1970).
    package func hasReservation(before time: Double) -> Bool { head < endings.count && endings[head].endedAt < time }

    /// Frees the tokens of sessions that ended before this time (seconds since 1970).
    package mutating func forget(before time: Double) {
        while hasReservation(before: time) {
            reserved.remove(endings[head].token)
            head += 1
        }
        if head > 1024, head > endings.count / 2 {
            endings.removeFirst(head)
            head = 0
        }
    }
}
