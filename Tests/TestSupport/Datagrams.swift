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

    /// The payload of a fresh kcp2k hello. `mark` varies what does not matter.
    package static func hello(length: Int = 30, mark: UInt8 = 0) -> [UInt8] {
        var payload = [UInt8](repeating: mark, count: max(length, 21))
        payload[0] = 1
        for index in 1...8 { payload[index] = 0 }
        payload[9] = 81
        for index in 17...20 { payload[index] = 0 }
        return Array(payload.prefix(length))
    }

    /// Four bytes, lowest first.
    package static func littleEndian(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
    }
}
