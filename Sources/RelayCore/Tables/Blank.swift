// The empty state of each line is all zero bytes, as in fresh memory.

extension BoundEndpoint {
    static var blank: BoundEndpoint {
        BoundEndpoint(head: 0, high: 0, low: 0, scope: 0, lastHeard: .zero, local: LocalAddress())
    }
}

extension Stamp {
    static var zero: Stamp { Stamp(milliseconds: 0) }
}
