/// What may be sent within a second. `.max` is no limit.
public struct RateLimits: Sendable, Equatable {
    /// What one user may send, on either port.
    public var user = Limit()
    /// What all users of a session may send together.
    public var session = Limit()
    /// What all sessions of one worker may send together.
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

        /// Whether one more datagram of so many bytes would be too much after what the window has seen.
        @inline(__always)
        func isExceeded(by bytes: UInt32, after datagrams: UInt32, _ sent: UInt32) -> Bool {
            datagrams >= self.datagrams || sent &+ bytes > self.bytes
        }
    }

    public init() {}
}
