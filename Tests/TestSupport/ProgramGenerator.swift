import RelayCore

/// Makes programs that crowd around the limits of the rules: few sources, few tokens, small budgets, and moments that lie
/// exactly a limit after an earlier event, or a millisecond off.
package struct ProgramGenerator {
    private var random: SeededRandom
    private let seed: UInt64
    private var events: [Program.Event] = []
    private var now: UInt64
    private var settings = EngineSettings()
    private var guesses = GuessLedger.Settings()
    /// Tokens and ids of the sessions added so far, ended ones included.
    private var sessions: [Known] = []
    private var sources: [PeerEndpoint] = []
    private var ownAddresses: [PeerAddress] = []
    private var nextToken: UInt32 = 1

    private struct Known {
        var token: UInt32
        var pair: UInt32
        var users: [UInt32]
    }

    private static let limits: [UInt64] = [
        100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 60_000, 600_000,
    ]
    /// Milliseconds at which the clock may start; the 32-bit stamps wrap, or change sign, soon after some of them.
    private static let starts: [UInt64] = [
        0, 1, 123_456_789, (1 << 31) - 20_000, (1 << 32) - 1, (1 << 32) - 3_000, (1 << 32) - 40_000, (5 << 32) - 9_000,
        1 << 40,
    ]

    /// - Parameter seed: the same seed makes the same program.
    package init(seed: UInt64) {
        self.seed = seed
        random = SeededRandom(seed: seed)
        now = 0
    }

    /// Makes a program.
    /// - Parameter length: how many events, a few more where the last is a rush.
    package mutating func make(length: Int) -> Program {
        now = random.pick(Self.starts)
        chooseSettings()
        chooseSources()
        if random.isOneIn(2) { append(.ownAddresses(ownAddresses)) }
        for _ in 0..<Int.random(in: 1...3, using: &random) { addSession() }
        while events.count < length {
            passTime()
            addEvent()
        }
        return Program(seed: seed, settings: settings, guesses: guesses, events: events)
    }

    private mutating func chooseSettings() {
        settings.hostTimeout = random.pick([15_000, 15_000, 5_000, 500])
        settings.userTimeout = random.pick([30_000, 30_000, 15_000, 3_000])
        settings.roaming = random.pick([.normal, .normal, .normal, .open, .strict])
        settings.givesRejoinIDs = !random.isOneIn(5)
        settings.wrongUsersPerSecond = random.pick([0, 1, 3, 200])
        if random.isOneIn(8) {
            settings.limits.user = limit()
            settings.limits.session = limit()
            settings.limits.worker = limit()
        }
        settings.ownServerPorts = random.pick([0...0, 5_000...5_004])
        settings.ownClientPorts = random.pick([0...0, 5_004...5_010])
        guesses.guessesPerMinute = random.pick([1, 4, 20, 1_000])
        guesses.answers = !random.isOneIn(6)
        guesses.answersPerSecond = random.pick([1, 2, 100])
        guesses.lookupsPastBudget = random.pick([0, 1, 3, 10])
    }

    private mutating func limit() -> RateLimits.Limit {
        RateLimits.Limit(
            datagrams: random.pick([.max, .max, .max, .max, .max, 1, 2, 5, 20]),
            bytes: random.pick([.max, .max, .max, .max, .max, .max, 20, 200, 1_300])
        )
    }

    private mutating func chooseSources() {
        var addresses: [[UInt8]] = [
            [10, 0, 0, 1], [10, 0, 0, 2], [192, 168, 7, 9], [127, 0, 0, 9],
            Self.ipv6(0x2001_0DB8_0000_0001, 1), Self.ipv6(0x2001_0DB8_0000_0001, 2),
            Self.ipv6(0x2001_0DB8_0000_0002, 1),
        ]
        addresses.shuffle(using: &random)
        // Few sources make conflicts, many make floods.
        for address in addresses.prefix(Int.random(in: 1...7, using: &random)) {
            guard let peer = PeerAddress(bytes: address) else { continue }
            ownAddresses.append(peer)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                sources.append(PeerEndpoint(peer, port: random.pick([1, 4_000, 4_001, 5_000, 5_005, 65_535])))
            }
        }
        ownAddresses = [random.pick(ownAddresses)]
    }

    private static func ipv6(_ high: UInt64, _ low: UInt64) -> [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
    }

    /// Half of the time to a moment that is a limit after something that happened.
    private mutating func passTime() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
            // Mostly after something that happened a moment ago: its consequences are still to come.
            let before = random.pick(events.suffix(random.pick([3, 10, 10, 1_000])).map(\.at) + [now])
            let moment = Int64(before) + Int64(random.pick(Self.limits)) + Int64.random(in: -1...1, using: &random)
            if moment >= Int64(now), moment - Int64(now) < 700_000 { now = UInt64(moment) }
        case 4..<7: now += random.pick([0, 0, 1, 5])
        case 7, 8: now += UInt64.random(in: 0...700, using: &random)
        default: if random.isOneIn(4) { now += random.pick(Self.limits) }
        }
    }

    private mutating func append(_ action: Program.Action) {
        events.append(Program.Event(at: now, action: action))
    }

    private mutating func addEvent() {
        switch Int.random(in: 0..<1_000, using: &random) {
        case 0..<40: append(.sweep(slots: random.pick([1, 2, 7, 300])))
        case 40..<46: if sessions.count < 20 { addSession() }
        case 46..<56: addUser()
        case 56..<66: removeUser()
        case 66..<69: if let session = sessions.randomElement(using: &random) { append(.removeSession(session.token)) }
        case 69..<71: append(.ownAddresses(random.isOneIn(2) ? [] : ownAddresses))
        case 71..<73: now += UInt64.random(in: 1...70, using: &random) * 86_400_000
        case 73..<80: rush()
        case 80..<90: append(.restart)
        case 90..<94: append(.coldRestart)
        case 94..<99: crashes()
        case 99..<104: theft()
        default: addDatagram()
        }
    }

    /// Every user of a session sends at once: more may want to wait for a host than there is room for.
    private mutating func rush() {
        guard let session = sessions.suffix(3).randomElement(using: &random) else { return }
        for user in session.users.shuffled(using: &random) {
            if random.isOneIn(6) { now += 1 }
            let bytes = Datagrams.clientData(user: user, session: session.token, [UInt8(truncatingIfNeeded: user)])
            append(
                .datagram(
                    bytes,
                    from: source(of: user),
                    to: LocalAddress(),
                    .client,
                    pair: session.pair,
                    misalignment: 0
                )
            )
        }
    }

    private mutating func token() -> UInt32 {
        defer { nextToken += 1 }
        return nextToken
    }

    private mutating func addSession() {
        // More than sixteen users, so that more want to wait than may.
        let count = random.isOneIn(4) ? 20 : Int.random(in: 0...4, using: &random)
        let session = token() | random.pick([0, 0x4000_0000])
        let users = (0..<count).map { userPlan(Int32($0) + 1) }
        let pair = random.pick([PortPairID.shared, .shared, .dedicated(0), .dedicated(1)])
        let life: Int32 = random.pick([1 << 19, 1 << 20, 7 << 20])
        let plan = SessionPlan(
            sessionToken: session,
            users: users,
            portPair: pair,
            hostUserToken: random.isOneIn(4) ? users.first?.userToken : nil,
            rejoinIDs: life..<(life + random.pick([0, 1, 3, 1_000, 1_000, 1_000])),
            wasUsed: random.isOneIn(3)
        )
        sessions.append(Known(token: session, pair: pair.number, users: users.map(\.userToken)))
        append(.addSession(plan))
    }

    private mutating func userPlan(_ id: Int32) -> UserPlan {
        UserPlan(userToken: token(), connectionID: id, pinnedAddress: pin(), namedAddress: name())
    }

    /// Where the API expects a user: mostly nothing is said.
    private mutating func name() -> PeerAddress? {
        random.isOneIn(3) ? sources.randomElement(using: &random)?.address : nil
    }

    private mutating func pin() -> PeerAddress? {
        random.isOneIn(12) ? sources.randomElement(using: &random)?.address : nil
    }

    private mutating func addUser() {
        guard let index = sessions.indices.randomElement(using: &random), sessions[index].users.count < 40 else {
            return
        }
        let id = Int32(sessions[index].users.count) + 1
        let plan = userPlan(id)
        sessions[index].users.append(plan.userToken)
        append(.addUser(plan, session: sessions[index].token))
    }

    private mutating func removeUser() {
        guard let session = sessions.randomElement(using: &random) else { return }
        // Now and then the first one, who hosts most likely.
        let user = random.isOneIn(3) ? session.users.first : session.users.randomElement(using: &random)
        if let user { append(.removeUser(user, session: session.token)) }
    }

}

// Datagrams.
extension ProgramGenerator {
    private mutating func addDatagram() {
        guard let session = sessions.suffix(3).randomElement(using: &random) else { return }
        // The first users of a session speak most of the time, the first one as host.
        var user = session.users.prefix(random.isOneIn(3) ? 40 : 2).randomElement(using: &random) ?? 0
        var role: PortRole = random.isOneIn(2) ? .client : .server
        if random.isOneIn(2), let first = session.users.first {
            (user, role) = random.isOneIn(3) ? (user, .client) : (first, .server)
        }
        var token = session.token
        switch Int.random(in: 0..<40, using: &random) {
        case 0, 1: user = random.pick([0, 7_000_001, 7_000_002, 7_000_003])
        case 2: token = random.pick([0, 9_000_001, 9_000_002])
        default: break
        }
        let bytes = datagram(user, token, role, userCount: session.users.count)
        var pair = session.pair
        if random.isOneIn(50) { pair = random.pick([0, 1, 2, 3]) }
        append(
            .datagram(
                bytes,
                from: source(of: user),
                to: LocalAddress(low: random.isOneIn(8) ? 0x0200_007F : 0x0100_007F),
                role,
                pair: pair,
                misalignment: Int.random(in: 0...7, using: &random)
            )
        )
    }

    /// Each user has a favourite place, and is elsewhere often enough.
    private mutating func source(of user: UInt32) -> PeerEndpoint {
        if random.isOneIn(100),
            let peer = PeerAddress(bytes: random.pick([[0, 0, 0, 0], [224, 0, 0, 1], [10, 0, 0, 1]]))
        {
            return PeerEndpoint(peer, port: 0)
        }
        if random.isOneIn(100), let peer = PeerAddress(bytes: random.pick([[239, 1, 2, 3], [255, 255, 255, 255]])) {
            return PeerEndpoint(peer, port: 4_000)
        }
        return random.isOneIn(4) ? random.pick(sources) : sources[Int(user) % sources.count]
    }

    private mutating func datagram(_ user: UInt32, _ session: UInt32, _ role: PortRole, userCount: Int) -> [UInt8] {
        switch Int.random(in: 0..<40, using: &random) {
        case 0:
            let type: UInt8 = random.pick([0, 1, 2, 3, 255])
            let whole = Datagrams.header(user: user, session: session, type: type) + [1, 0, 0, 0, 9]
            return Array(whole.prefix(Int.random(in: 0...14, using: &random)))
        case 1:
            let length = random.pick([1_199, 1_200, 1_201, 1_400])
            let header = Datagrams.header(user: user, session: session, type: 2)
            return header + [UInt8](repeating: 0, count: length - header.count)
        default:
            if random.isOneIn(3) { return Datagrams.ping(user: user, session: session) }
            let payload = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if role == .server {
                return Datagrams.hostData(user: user, session: session, to: receiver(userCount), payload)
            }
            return Datagrams.clientData(user: user, session: session, random.isOneIn(3) ? payload : gamePayload())
        }
    }

    /// What a kcp2k client sends, fresh ones and answered ones, and what only looks like it.
    private mutating func gamePayload() -> [UInt8] {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3: Datagrams.hello(mark: 7)
        case 3: Datagrams.hello(length: random.pick([29, 31, 40]), mark: 7)
        case 4: Datagrams.freshPing(mark: 7)
        case 5, 6: Datagrams.reliable(cookie: random.pick([1, 0xFF00_0000, 0xC0FF_EE01]))
        case 7: Datagrams.unreliable()
        case 8: Array(Datagrams.unreliable().prefix(random.pick([5, 6])))
        default: almostHello()
        }
    }

    private mutating func almostHello() -> [UInt8] {
        var payload = Datagrams.hello()
        payload[Int.random(in: 0..<payload.count, using: &random)] ^= random.pick([1, 2, 0x80])
        return payload
    }

    private mutating func send(
        _ bytes: [UInt8],
        _ session: Known,
        from source: PeerEndpoint,
        _ role: PortRole = .client
    ) {
        append(.datagram(bytes, from: source, to: LocalAddress(), role, pair: session.pair, misalignment: 0))
    }

    /// A player crashes again and again, and comes back from another port, from the same, or from another address.
    private mutating func crashes() {
        guard let session = sessions.suffix(3).randomElement(using: &random),
            let user = session.users.randomElement(using: &random)
        else { return }
        let home = random.pick(sources)
        let ports = (0..<UInt16.random(in: 1...6, using: &random)).map { 7_000 + $0 }
        // Only what reaches a host uses an id up.
        if let host = session.users.first {
            send(Datagrams.ping(user: host, session: session.token), session, from: home, .server)
        }
        for _ in 0..<(random.isOneIn(3) ? 30 : Int.random(in: 2...16, using: &random)) {
            let elsewhere = random.isOneIn(8) ? random.pick(sources) : home
            let place = PeerEndpoint(elsewhere.address, port: random.pick(ports))
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                send(Datagrams.clientData(user: user, session: session.token, Datagrams.hello()), session, from: place)
                if random.isOneIn(4) { now += random.pick([50, 99, 100, 200]) }
            }
            if random.isOneIn(3) {
                let ping = Datagrams.clientData(user: user, session: session.token, Datagrams.freshPing())
                send(ping, session, from: place)
            }
            if !random.isOneIn(5) {
                let data = Datagrams.clientData(user: user, session: session.token, Datagrams.reliable())
                send(data, session, from: place)
            }
            now += random.pick([0, 99, 100, 101, 200, 1_000, 5_000, 14_999, 15_000])
        }
    }

    /// A thief with the token waits for gaps, and the player comes back. The same for a host, on its port.
    private mutating func theft() {
        guard let session = sessions.suffix(3).randomElement(using: &random),
            let user = session.users.randomElement(using: &random)
        else { return }
        let role: PortRole = random.isOneIn(3) ? .server : .client
        let players = sources.shuffled(using: &random).prefix(3)
        for _ in 0..<Int.random(in: 4...30, using: &random) {
            let source = players.randomElement(using: &random) ?? random.pick(sources)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let bytes =
                    role == .client && random.isOneIn(3)
                    ? Datagrams.clientData(user: user, session: session.token, gamePayload())
                    : Datagrams.ping(user: user, session: session.token)
                send(bytes, session, from: source, role)
                now += random.pick([0, 250, 499, 500, 501])
            }
            if random.isOneIn(2) { now += random.pick([500, 1_000, 1_500, 2_000, 3_000, 4_999, 5_000]) }
        }
    }

    private mutating func receiver(_ userCount: Int) -> Int32 {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: random.pick([0, -1, Int32.max, Int32.min, (1 << 19) - 1])
        case 1, 2: random.pick([1 << 19, 1 << 20, 7 << 20]) + Int32.random(in: -1...4, using: &random)
        default: Int32.random(in: 1...Int32(max(userCount, 1)) + 1, using: &random)
        }
    }
}
