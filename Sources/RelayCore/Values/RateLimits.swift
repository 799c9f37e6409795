/// What may be sent within a second. `.max` is no limit.
public struct RateLimits: Sendable, Equatable {
    /// What one user may send, on either port.
    public var user = Limit()
    /// What all users of a session may send together.
    public var session = Limit()
    /// What all sessions of one worker may send together. In the plane's settings it is the whole relay's.
    public var worker = Limit()

    /// Datagrams and bytes (UDP payload) a second.
    @frozen
    public struct Limit: Sendable, Equatable {
        public var datagrams: UInt32
        public var bytes: UInt32

        public init(datagrams: UInt32 = .max, bytes: UInt32 = .max) {
            self.datagrams = datagrams
            self.bytes = bytes
        }

        /// An even share of it, rounded up.
        public func share(of count: Int) -> Limit {
            let count = UInt32(clamping: max(1, count))
            func share(_ whole: UInt32) -> UInt32 { whole == .max ? .max : whole / count + (whole % count > 0 ? 1 : 0) }
            return Limit(datagrams: share(datagrams), bytes: share(bytes))
        }

        /// Whether one more datagram of so many bytes would be too much after what was sent.
        @inline(__always)
        func isExceeded(by length: Int, after sent: Amount) -> Bool {
            sent.datagrams >= datagrams || sent.bytes &+ UInt32(truncatingIfNeeded: length) > bytes
        }
    }

    public init() {}
}
