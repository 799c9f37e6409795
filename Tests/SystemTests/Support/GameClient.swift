import Testing

/// As much of kcp2k as decides who gets in: a host knows a connection by the relay's connection id, gives it a cookie with its
/// first answer, and drops whatever comes under that id without that cookie.
final class GameHost {
    let player: Player
    /// Cookies by connection id.
    private(set) var connections: [Int32: UInt32] = [:]
    /// Which of its client's hellos made a connection, by connection id: 0 is the first one.
    private(set) var hellos: [Int32: Int] = [:]
    private var nextCookie: UInt32 = 0xC00C_1E01
    /// What arrived with the right cookie.
    private(set) var received: [(id: Int32, content: [UInt8])] = []

    init(_ player: Player) {
        self.player = player
    }

    /// Takes in what has arrived, answers hellos, and forgets nobody.
    func tick(within limit: Duration = .milliseconds(5)) throws {
        while case .dataFrom(let id, let payload)? = try player.receive(within: limit) { try take(payload, from: id) }
    }

    private func take(_ payload: [UInt8], from id: Int32) throws {
        guard payload.count > 29, payload[0] == 1 else { return }
        let cookie = payload[1...4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        if let known = connections[id] {
            // A hello of another connection under this id is dropped here, as kcp2k does.
            if cookie == known { received.append((id, Array(payload[29...]))) }
            return
        }
        guard payload == Wire.hello(timestamp: GameClient.timestamp(of: payload)) else { return }
        connections[id] = nextCookie
        hellos[id] = GameClient.number(ofHello: payload)
        nextCookie += 1
        try send([1], to: id)
    }

    func send(_ content: [UInt8], to id: Int32) throws {
        guard let cookie = connections[id] else { return }
        try player.data(Wire.segment(cookie: cookie, sequence: 0, content: content), to: id)
    }
}

/// A game client on a fresh socket, until it is let go of: that is its crash.
final class GameClient {
    let player: Player
    private var cookie: UInt32 = 0
    private var sequence: UInt32 = 0

    /// - Parameter socket: the one of a client that crashed, where the port stays the same.
    init(_ session: RelaySession, _ user: Int, on socket: Player? = nil) throws {
        player = try socket ?? session.player(user, as: .client)
    }

    static func timestamp(of payload: [UInt8]) -> UInt32 {
        payload.count < 17 ? 0 : payload[13...16].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    private static let firstTimestamp: UInt32 = 7
    /// Milliseconds between two hellos.
    private static let patience: UInt32 = 200

    static func number(ofHello payload: [UInt8]) -> Int {
        (Int(timestamp(of: payload)) - Int(firstTimestamp)) / Int(patience)
    }

    /// Connects, with the very first hello.
    func connectAtOnce(to host: GameHost, pingsFirst: Bool = false) throws -> Bool {
        guard try connect(to: host, pingsFirst: pingsFirst), let id = connectionID(at: host) else { return false }
        return host.hellos[id] == 0
    }

    /// Sends hellos until the host has answered with a cookie, and what a connected client sends next.
    /// - Returns: whether it was in within the time.
    func connect(to host: GameHost, within limit: Duration = .seconds(8), pingsFirst: Bool = false) throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        var timestamp = Self.firstTimestamp
        if pingsFirst { try player.data(Wire.segment(cookie: 0, sequence: 1, content: [3])) }
        while clock.now < end, cookie == 0 {
            try player.data(Wire.hello(timestamp: timestamp))
            timestamp += Self.patience
            let next = min(clock.now + .milliseconds(Int(Self.patience)), end)
            while clock.now < next, cookie == 0 {
                try host.tick()
                try read(within: .milliseconds(5))
            }
        }
        guard cookie != 0 else { return false }
        return try exchange(with: host)
    }

    private func read(within limit: Duration) throws {
        while case .data(let payload)? = try player.receive(within: limit) {
            guard payload.count > 29 else { continue }
            cookie = payload[1...4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
    }

    /// Whether what it sends arrives at the host with its cookie.
    func exchange(with host: GameHost) throws -> Bool {
        sequence += 1
        let content: [UInt8] = [2, UInt8(truncatingIfNeeded: sequence), UInt8(truncatingIfNeeded: cookie)]
        try player.data(Wire.segment(cookie: cookie, sequence: sequence, content: content))
        for _ in 0..<100 {
            try host.tick(within: .milliseconds(20))
            if host.received.contains(where: { $0.content == content && host.connections[$0.id] == cookie }) {
                return true
            }
        }
        return false
    }

    /// The id under which the host knows this connection.
    func connectionID(at host: GameHost) -> Int32? {
        host.connections.first { $0.value == cookie }?.key
    }
}
