import Glibc
import Testing

/// A game host or client: one connected UDP socket and the tokens of one user.
final class Player {
    enum Role {
        case host
        case client
    }

    /// A datagram from the relay, read for the player's role.
    enum Incoming: Equatable {
        case reply(UInt8)
        case data([UInt8])
        case dataFrom(Int32, [UInt8])
        case other([UInt8])
    }

    var credentials: Credentials
    let role: Role
    let socket: Socket

    /// Binds `local` (any port, or the one given) and connects to the relay at `relay`.
    init(_ credentials: Credentials, as role: Role, port: UInt16, from local: String, at relay: String) throws {
        self.credentials = credentials
        self.role = role
        let target = SocketAddress(relay, port)
        socket = try Socket(target.family, SOCK_DGRAM)
        try socket.bind(SocketAddress(local, 0))
        try socket.connect(target)
    }

    // MARK: Sending

    func send(_ bytes: [UInt8]) throws {
        try socket.send(bytes[...])
    }

    func ping() throws {
        try send(Wire.header(credentials, type: Wire.ping))
    }

    func data(_ payload: [UInt8]) throws {
        try send(Wire.header(credentials, type: Wire.data) + payload)
    }

    func data(_ text: String) throws {
        try data(Array(text.utf8))
    }

    /// What only the host sends: data for one connection id.
    func data(_ payload: [UInt8], to connectionID: Int32) throws {
        try send(Wire.header(credentials, type: Wire.data) + Wire.bytes(connectionID) + payload)
    }

    func data(_ text: String, to connectionID: Int32) throws {
        try data(Array(text.utf8), to: connectionID)
    }

    // MARK: Receiving

    func receiveBytes(within limit: Duration = .seconds(10)) throws -> [UInt8]? {
        try socket.receive(within: limit)
    }

    func receive(within limit: Duration = .seconds(10)) throws -> Incoming? {
        guard let bytes = try receiveBytes(within: limit) else { return nil }
        if bytes.count == 2, bytes[0] == Wire.ping { return .reply(bytes[1]) }
        if role == .client, bytes.count >= 1, bytes[0] == Wire.data { return .data(Array(bytes[1...])) }
        if role == .host, bytes.count >= 5, bytes[0] == Wire.data {
            let id = bytes[1...4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return .dataFrom(Int32(bitPattern: id), Array(bytes[5...]))
        }
        return .other(bytes)
    }

    /// Reads everything that has arrived or still arrives within a quiet time.
    @discardableResult
    func drain(quiet: Duration = .milliseconds(100)) throws -> [Incoming] {
        var all: [Incoming] = []
        while let next = try receive(within: quiet) { all.append(next) }
        return all
    }

    // MARK: Expecting

    func expect(_ expected: Incoming, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let got = try receive()
        #expect(got == expected, sourceLocation: sourceLocation)
    }

    func expectReply(_ state: Wire.State, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try expect(.reply(state.rawValue), sourceLocation: sourceLocation)
    }

    func expectData(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try expect(.data(Array(text.utf8)), sourceLocation: sourceLocation)
    }

    func expectData(_ text: String, from id: Int32, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try expect(.dataFrom(id, Array(text.utf8)), sourceLocation: sourceLocation)
    }

    func expectNothing(for time: Duration = .milliseconds(250), sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let got = try receive(within: time)
        #expect(got == nil, sourceLocation: sourceLocation)
    }

    /// Pings and expects the state as the answer.
    func ping(_ state: Wire.State, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try ping()
        try expectReply(state, sourceLocation: sourceLocation)
    }
}

extension RelaySession {
    func credentials(_ user: Int) -> Credentials {
        Credentials(user: users[user].token, session: token)
    }

    /// A host (on the server port) or client (on the client port) with the tokens of the user at this index.
    func player(
        _ user: Int,
        as role: Player.Role,
        from local: String = "127.0.0.1",
        at relay: String = "127.0.0.1"
    ) throws -> Player {
        try player(credentials(user), as: role, from: local, at: relay)
    }

    func player(
        _ credentials: Credentials,
        as role: Player.Role,
        from local: String = "127.0.0.1",
        at relay: String = "127.0.0.1"
    ) throws -> Player {
        let port = role == .host ? serverPort : clientPort
        return try Player(credentials, as: role, port: port, from: local, at: relay)
    }

    /// The first user as a host that the relay has accepted.
    func boundHost(
        from local: String = "127.0.0.1",
        at relay: String = "127.0.0.1",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Player {
        let host = try player(0, as: .host, from: local, at: relay)
        try host.ping(.valid, sourceLocation: sourceLocation)
        return host
    }

    /// A client that the relay has accepted.
    func boundClient(
        _ user: Int = 1,
        from local: String = "127.0.0.1",
        at relay: String = "127.0.0.1",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Player {
        let client = try player(user, as: .client, from: local, at: relay)
        try client.ping(.valid, sourceLocation: sourceLocation)
        return client
    }
}

/// Expects that a datagram of the client reaches the host under this id, and one of the host reaches the client.
func expectBothWays(
    _ host: Player,
    _ client: Player,
    id: Int32,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    try client.data("up from \(id)")
    try host.expectData("up from \(id)", from: id, sourceLocation: sourceLocation)
    try host.data("down to \(id)", to: id)
    try client.expectData("down to \(id)", sourceLocation: sourceLocation)
}
