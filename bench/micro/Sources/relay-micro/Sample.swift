import RelayCore

/// A datagram to judge.
struct Sample {
    /// The first 16 bytes: tokens, type, then a host's connection id or the beginning of a client's payload.
    var head: (UInt64, UInt64)
    /// In bytes.
    var length: Int
    var arrival: Arrival

    static let ping: UInt8 = 1
    static let data: UInt8 = 2

    /// - Parameter connectionID: stands behind the type; where nothing has to stand there it plays no part.
    init(
        user: UInt32,
        session: UInt32,
        type: UInt8,
        connectionID: Int32 = 0,
        length: Int,
        from source: PeerEndpoint,
        _ role: PortRole
    ) {
        let tokens = UInt64(user) | UInt64(session) << 32
        let rest = UInt64(type) | UInt64(UInt32(bitPattern: connectionID)) << 8
        head = (tokens.littleEndian, rest.littleEndian)
        self.length = length
        arrival = Arrival(source: source, local: LocalAddress(), role: role, pair: 0, now: World.now)
    }
}
