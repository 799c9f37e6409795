/// The two tokens of a user, as one 64-bit secret: user token in the low half, session token in the high half, which is how
/// the first eight bytes of a datagram read as one little-endian word.
@frozen
package struct Credentials: Sendable, Hashable {
    package var rawValue: UInt64

    @inlinable package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    @inlinable package init(userToken: UInt32, sessionToken: UInt32) {
        rawValue = UInt64(userToken) | UInt64(sessionToken) &<< 32
    }

    @inlinable package var userToken: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    @inlinable package var sessionToken: UInt32 { UInt32(truncatingIfNeeded: rawValue &>> 32) }
}
