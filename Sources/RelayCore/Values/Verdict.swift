/// What to do with a datagram that the engine looked at. The outgoing bytes already stand in the buffer.
@frozen
public struct Verdict {
    @frozen
    public enum Action: UInt8, Sendable {
        /// Nothing leaves. The reason is counted.
        case nothing
        /// Two bytes at offset 0 go back to the sender, from the address and port they came to.
        case reply
        /// `length` bytes at `offset` go to `target`, out of the other port of the pair.
        case forward
    }

    public var action: Action
    /// Whether `RelayEngine.nextRelease` has held datagrams to send now.
    public var releasesHeld: Bool
    /// In bytes from the buffer's start.
    public var offset: UInt16
    /// In bytes.
    public var length: UInt16
    /// An entry of the tables: stays valid until the next command or sweep.
    public var target: UnsafeMutablePointer<BoundEndpoint>?

    static var nothing: Verdict {
        Verdict(action: .nothing, releasesHeld: false, offset: 0, length: 0, target: nil)
    }

    static func forward(_ offset: Int, _ length: Int, to target: UnsafeMutablePointer<BoundEndpoint>) -> Verdict {
        Verdict(
            action: .forward,
            releasesHeld: false,
            offset: UInt16(truncatingIfNeeded: offset),
            length: UInt16(truncatingIfNeeded: length),
            target: target
        )
    }

    static func reply(releasesHeld: Bool = false) -> Verdict {
        Verdict(action: .reply, releasesHeld: releasesHeld, offset: 0, length: 2, target: nil)
    }
}

/// A held datagram that may leave now.
@frozen
public struct Release {
    /// The bytes to send; valid until the next call of `process`, so send before.
    public var bytes: UnsafeMutableRawPointer
    /// In bytes.
    public var length: Int
    public var target: UnsafeMutablePointer<BoundEndpoint>
    /// The port it leaves from.
    public var port: PortRole
}

/// Which port of a pair a datagram arrived on: it decides who is who.
///
/// No raw type: `==` of a raw-representable enum is generic, and would look up a witness for every datagram.
@frozen
public enum PortRole: Sendable {
    /// Hosts talk here.
    case server
    /// Every other player talks here.
    case client

    /// Where a forwarded datagram leaves.
    @inlinable public var opposite: PortRole {
        switch self {
        case .server: .client
        case .client: .server
        }
    }
}

/// What the engine has to know of a datagram besides its bytes.
@frozen
public struct Arrival {
    public var source: PeerEndpoint
    public var local: LocalAddress
    public var role: PortRole
    /// 0 for the shared pair, n + 1 for the n-th dedicated pair.
    public var pair: UInt32
    /// Milliseconds of the monotonic clock; never runs backwards between calls.
    public var now: UInt64

    @inlinable public init(source: PeerEndpoint, local: LocalAddress, role: PortRole, pair: UInt32, now: UInt64) {
        self.source = source
        self.local = local
        self.role = role
        self.pair = pair
        self.now = now
    }

    var stamp: Stamp { Stamp(now: now) }
}

extension PortPairID {
    /// The pair as the tables and `Arrival.pair` name it.
    public var number: UInt32 {
        switch self {
        case .shared: 0
        case .dedicated(let index): UInt32(truncatingIfNeeded: index) &+ 1
        }
    }
}
