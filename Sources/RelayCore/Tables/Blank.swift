// The empty state of each line is all zero bytes, as in fresh memory.

extension BoundEndpoint {
    static var blank: BoundEndpoint {
        BoundEndpoint(head: 0, high: 0, low: 0, scope: 0, lastHeard: .zero, local: LocalAddress())
    }
}

extension Stamp {
    static var zero: Stamp { Stamp(milliseconds: 0) }
}

enum Blank {
    /// Whether a line of the tables is as fresh memory is. Writing one that is would take up memory for nothing.
    static func isZero<Line>(_ line: UnsafePointer<Line>) -> Bool {
        UnsafeRawBufferPointer(start: line, count: MemoryLayout<Line>.size).allSatisfy { $0 == 0 }
    }
}
