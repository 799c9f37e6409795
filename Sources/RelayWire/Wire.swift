/// The relay's datagrams, byte for byte. All integers are little-endian.
///
/// ```
/// player → relay  PING   u32 userToken · u32 sessionToken · u8 = 1                             9 bytes
/// relay → player  PING   u8 = 1 · u8 state                                                     2
/// client → relay  DATA   u32 userToken · u32 sessionToken · u8 = 2 · payload                   9 + n
/// relay → host    DATA   u8 = 2 · i32 connectionID · payload                                   5 + n
/// host → relay    DATA   u32 userToken · u32 sessionToken · u8 = 2 · i32 connectionID · payload  13 + n
/// relay → client  DATA   u8 = 2 · payload                                                      1 + n
/// ```
///
/// n ≥ 1. The port decides who is who: hosts talk to the server port, every other player to the client port. Both headers
/// shrink on the way through, so a forwarded datagram is the received buffer with a shorter header in front of the payload.
public enum Wire {
    /// No shipped client sends more, and their receive buffers are exactly this long, in bytes.
    @inlinable public static var maximumLength: Int { 1200 }
    /// The two tokens in front of every datagram to the relay, in bytes.
    @inlinable public static var credentialsLength: Int { 8 }
    /// Where the type stands in a datagram to the relay.
    @inlinable public static var typeOffset: Int { 8 }
    /// The header in front of a client's payload: tokens and type. Also the whole of a PING.
    @inlinable public static var clientHeaderLength: Int { 9 }
    /// The header in front of a host's payload: tokens, type, connection id.
    @inlinable public static var hostHeaderLength: Int { 13 }
    /// The header that a host receives: type and connection id.
    @inlinable public static var toHostHeaderLength: Int { 5 }
    /// The header that a client receives: the type.
    @inlinable public static var toClientHeaderLength: Int { 1 }
    /// A PING's answer: type and state.
    @inlinable public static var replyLength: Int { 2 }
}

/// The byte after the tokens, and the first byte of everything the relay sends.
public enum MessageType {
    @inlinable public static var ping: UInt8 { 1 }
    @inlinable public static var data: UInt8 { 2 }
}

/// The state in a PING's answer. Clients show it and never act on it.
public enum RelayState: UInt8, Sendable {
    case disconnected = 0
    /// Valid tokens on the server port while another user hosts.
    case checking = 1
    case valid = 2
    /// Unknown, revoked or deleted tokens.
    case invalid = 3
    /// Valid tokens on the client port, the host silent for the host timeout.
    case sessionTimeout = 4
    case error = 5
}
