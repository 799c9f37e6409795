/// Datagrams as a player writes them, byte for byte and without the code under test.
package enum Datagrams {
    /// Tokens and type.
    package static func header(user: UInt32, session: UInt32, type: UInt8) -> [UInt8] {
        littleEndian(user) + littleEndian(session) + [type]
    }

    /// 9 bytes.
    package static func ping(user: UInt32, session: UInt32) -> [UInt8] {
        header(user: user, session: session, type: 1)
    }

    /// 9 bytes and the payload.
    package static func clientData(user: UInt32, session: UInt32, _ payload: [UInt8]) -> [UInt8] {
        header(user: user, session: session, type: 2) + payload
    }

    /// 13 bytes and the payload.
    package static func hostData(user: UInt32, session: UInt32, to id: Int32, _ payload: [UInt8]) -> [UInt8] {
        header(user: user, session: session, type: 2) + littleEndian(UInt32(bitPattern: id)) + payload
    }

    /// The payload of a fresh kcp2k hello. `mark` varies what does not matter: window, timestamp, and what stands behind.
    package static func hello(length: Int = 30, mark: UInt8 = 0) -> [UInt8] {
        segment(cookie: 0, sequence: 0, content: [1] + [UInt8](repeating: mark, count: max(length - 30, 0)), mark: mark)
            .prefix(length).map(\.self)
    }

    /// The payload of the ping that a fresh kcp2k client sends from its first second on.
    package static func freshPing(mark: UInt8 = 0) -> [UInt8] {
        segment(cookie: 0, sequence: 1, content: [3], mark: mark)
    }

    /// A payload of a kcp2k connection that the host has answered.
    package static func reliable(cookie: UInt32 = 0xC0FF_EE01, sequence: UInt32 = 5) -> [UInt8] {
        segment(cookie: cookie, sequence: sequence, content: [2, 7, 7], mark: 0)
    }

    /// An unreliable payload of such a connection.
    package static func unreliable(cookie: UInt32 = 0xC0FF_EE01) -> [UInt8] {
        [2] + littleEndian(cookie) + [9, 9]
    }

    /// kcp2k's reliable channel with one KCP segment in it: what `content` says is not looked at.
    package static func segment(cookie: UInt32, sequence: UInt32, content: [UInt8], mark: UInt8) -> [UInt8] {
        [1] + littleEndian(cookie) + littleEndian(0) + [81, 0, mark, mark, mark, mark, mark, mark]
            + littleEndian(sequence) + littleEndian(0) + littleEndian(UInt32(min(content.count, 1))) + content
    }

    /// Four bytes, lowest first.
    package static func littleEndian(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
    }
}
