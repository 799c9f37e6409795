/// The two tokens of a user, as one 64-bit secret: user token in the low half, session token in the high half, which is how
/// the first eight bytes of a datagram read as one little-endian word.
@frozen
public struct Credentials: Sendable, Hashable {
    public var rawValue: UInt64

    @inlinable public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    @inlinable public init(userToken: UInt32, sessionToken: UInt32) {
        rawValue = UInt64(userToken) | UInt64(sessionToken) &<< 32
    }

    @inlinable public var userToken: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    @inlinable public var sessionToken: UInt32 { UInt32(truncatingIfNeeded: rawValue &>> 32) }
}
