import FuzzDriver
import RelayCore
import TestSupport

/// What a datagram holds.
enum Shape {
    case ping, data, hello
    /// Header and no payload, or less.
    case bare
    /// About as long as is allowed.
    case long
}

// Datagrams.
extension ProgramReader {
    /// Arguments: session, user, source; then the receiver of a host's data, and the payload's length and first byte.
    mutating func addDatagram(_ shape: Shape, _ role: PortRole) {
        let (session, user) = readTokens()
        let bytes: [UInt8]
        switch shape {
        case .ping: bytes = Datagrams.ping(user: user, session: session.token)
        case .hello:
            bytes = Datagrams.clientData(
                user: user,
                session: session.token,
                gamePayload()
            )
        case .bare:
            let type = input.byte()
            let whole = Datagrams.header(user: user, session: session.token, type: type) + [1, 0, 0, 0, 9]
            bytes = Array(whole.prefix(input.number(below: 15)))
        case .long:
            let header = Datagrams.header(user: user, session: session.token, type: 2) + [1, 0, 0, 0]
            bytes = header + [UInt8](repeating: 9, count: 1_195 + input.number(below: 12) - header.count)
        case .data:
            let receiver = role == .server ? readReceiver() : nil
            let payload = [UInt8](repeating: input.byte(), count: 1 + input.number(below: 48))
            bytes =
                receiver.map { Datagrams.hostData(user: user, session: session.token, to: $0, payload) }
                ?? Datagrams.clientData(user: user, session: session.token, payload)
        }
        append(bytes, role, pair: session.pair)
    }

    /// What a kcp2k client sends: hellos, what only looks like one, and what comes after the host's answer.
    private mutating func gamePayload() -> [UInt8] {
        switch input.number(below: 6) {
        case 0: Datagrams.hello(mark: 7)
        case 1: Datagrams.hello(length: 29, mark: 7)
        case 2: Datagrams.hello(length: 40, mark: 7)
        case 3: Datagrams.freshPing()
        case 4: Datagrams.reliable()
        default: Datagrams.unreliable()
        }
    }

    /// Arguments: flags, length, bytes as they are.
    mutating func addRawDatagram() {
        let flags = input.byte()
        let bytes = input.take(input.number(below: 64))
        append(bytes, flags & 1 == 0 ? .client : .server, pair: UInt32(flags >> 1) & 3)
    }

    /// Arguments: where it comes from; with the high bit set, also from which place in the buffer and to which address and
    /// pair of ports.
    private mutating func append(_ bytes: [UInt8], _ role: PortRole, pair: UInt32) {
        let place = input.byte()
        let odd = place & 0x80 == 0 ? 0 : input.byte()
        append(
            .datagram(
                bytes,
                from: Places.endpoint(Int(place & 0x7F)),
                to: LocalAddress(low: odd & 8 == 0 ? 0x0100_007F : 0x0200_007F),
                role,
                pair: odd & 16 == 0 ? pair : UInt32(odd >> 5),
                misalignment: Int(odd & 7)
            )
        )
    }

    /// Mostly tokens that were given out; with the high bit set, tokens that never were.
    private mutating func readTokens() -> (session: Known, user: UInt32) {
        let (place, number) = (input.byte(), input.byte())
        var session = Known(token: 9_000_000 + UInt32(place & 3), pair: 0, users: [])
        if place & 0x80 == 0, !sessions.isEmpty { session = sessions[Int(place) % sessions.count] }
        guard number & 0x80 == 0, !session.users.isEmpty else { return (session, UInt32(number & 3) * 7_000_001) }
        return (session, session.users[Int(number) % session.users.count])
    }

    private mutating func readReceiver() -> Int32 {
        let number = Int32(input.byte())
        if number < 0x60 { return number }
        let high: [Int32] = [1 << 19, (1 << 19) - 1, 7 << 20, Int32.max - 3, Int32.min, -1]
        return high[Int(number) % high.count] &+ ((number >> 5) &- 4)
    }
}

/// Where datagrams come from: few addresses, since conflicts need neighbours.
enum Places {
    private static let addresses: [[UInt8]] = [
        [10, 0, 0, 1], [10, 0, 0, 2], [192, 168, 7, 9], [127, 0, 0, 9],
        [0x20, 1, 0xD, 0xB8, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 1],
        [0x20, 1, 0xD, 0xB8, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 2],
        [0x20, 1, 0xD, 0xB8, 0, 0, 0, 2] + [0, 0, 0, 0, 0, 0, 0, 1],
        // Nobody plays from here.
        [0, 0, 0, 0], [239, 1, 2, 3], [255, 255, 255, 255], [0xFF, 2] + [UInt8](repeating: 0, count: 13) + [1],
        [UInt8](repeating: 0, count: 15) + [1],
    ]
    private static let ports: [UInt16] = [4_000, 4_001, 5_000, 5_005, 65_535, 0, 1, 4_002]

    static func address(_ number: Int) -> PeerAddress? { PeerAddress(bytes: addresses[number % addresses.count]) }

    /// 96 endpoints; the lowest numbers are ordinary ones.
    static func endpoint(_ number: Int) -> PeerEndpoint {
        let place = address(number) ?? PeerAddress(bytes: [10, 0, 0, 1]) ?? PeerEndpoint.none.address
        return PeerEndpoint(place, port: ports[number / addresses.count % ports.count])
    }
}
