/// The datagrams, built from the specification's words alone.
enum Wire {
    static let ping: UInt8 = 1
    static let data: UInt8 = 2

    /// `u32 userToken`, `u32 sessionToken`, `u8 type`, little-endian.
    static func header(_ credentials: Credentials, type: UInt8) -> [UInt8] {
        bytes(credentials.user) + bytes(credentials.session) + [type]
    }

    static func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    static func bytes(_ value: Int32) -> [UInt8] {
        bytes(UInt32(bitPattern: value))
    }

    /// State of a PING reply.
    enum State: UInt8 {
        case disconnected
        case checking
        case valid
        case invalid
        case sessionTimeout
        case error
    }

    /// The first datagram payload of a kcp2k client: the reliable channel, no cookie, no conversation yet, a KCP push
    /// with sequence number 0 that carries the one-byte hello.
    static func hello(timestamp: UInt32 = 7) -> [UInt8] {
        segment(cookie: 0, sequence: 0, timestamp: timestamp, content: [1])
    }

    /// What kcp2k sends on its reliable channel: its cookie, and one KCP segment.
    static func segment(cookie: UInt32, sequence: UInt32, timestamp: UInt32 = 7, content: [UInt8]) -> [UInt8] {
        var payload: [UInt8] = [1]  // 0: reliable channel
        payload += bytes(cookie)  // 1–4
        payload += [0, 0, 0, 0]  // 5–8: conversation
        payload += [81, 0]  // 9: push, 10: fragment
        payload += [128, 0]  // 11–12: window
        payload += bytes(timestamp)  // 13–16
        payload += bytes(sequence)  // 17–20: sequence number
        payload += bytes(UInt32(0))  // 21–24: unacknowledged
        payload += bytes(UInt32(content.count))  // 25–28: length
        return payload + content  // 29: hello is 1
    }
}

/// Who a datagram says it comes from.
struct Credentials: Equatable {
    var user: UInt32
    var session: UInt32
}
