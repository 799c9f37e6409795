/// For each flow, which of its latest sequence numbers were received: tells first arrivals from duplicates.
///
/// Memory is allocated once; noting an arrival never allocates.
package struct SequenceWindows: ~Copyable {
    /// What an arriving sequence number is to its flow.
    package enum Arrival: Equatable, Sendable {
        /// Newer than all before.
        case inOrder
        /// Its first time, after a newer one.
        case reordered
        case duplicate
        /// So far behind the newest that nobody knows whether it came before.
        case tooOld
    }

    /// Sequence numbers remembered for each flow: a power of two, 64 or more.
    package let span: Int
    private let flows: Int
    private let words: UnsafeMutablePointer<UInt64>
    /// One past the newest sequence number of each flow; 0 before the first.
    private let next: UnsafeMutablePointer<UInt64>

    /// Prepares windows that remember at least `span` sequence numbers (64 … 65,536) for each of `flows` flows.
    package init(flows: Int, span: Int) {
        var rounded = 64
        while rounded < min(span, 65_536) { rounded *= 2 }
        self.span = rounded
        self.flows = flows
        words = .allocate(capacity: flows * rounded / 64)
        words.initialize(repeating: 0, count: flows * rounded / 64)
        next = .allocate(capacity: flows)
        next.initialize(repeating: 0, count: flows)
    }

    deinit {
        words.deallocate()
        next.deallocate()
    }

    /// Notes the arrival of a sequence number and says what it is to its flow.
    package mutating func note(flow: Int, sequence: UInt32) -> Arrival {
        precondition(flow >= 0 && flow < flows)
        let window = words + flow &* (span / 64)
        let sequence = UInt64(sequence)
        let expected = next[flow]
        if sequence >= expected {
            if sequence &- expected >= UInt64(span) {
                window.update(repeating: 0, count: span / 64)
            } else {
                var passed = expected
                while passed < sequence {
                    window[word(passed)] &= ~bit(passed)
                    passed &+= 1
                }
            }
            window[word(sequence)] |= bit(sequence)
            next[flow] = sequence &+ 1
            return .inOrder
        }
        if expected &- sequence > UInt64(span) { return .tooOld }
        if window[word(sequence)] & bit(sequence) != 0 { return .duplicate }
        window[word(sequence)] |= bit(sequence)
        return .reordered
    }

    @inline(__always)
    private func word(_ sequence: UInt64) -> Int { (Int(truncatingIfNeeded: sequence) & (span &- 1)) &>> 6 }

    @inline(__always)
    private func bit(_ sequence: UInt64) -> UInt64 { 1 &<< (sequence & 63) }
}
