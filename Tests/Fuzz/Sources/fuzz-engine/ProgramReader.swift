import FuzzDriver
import RelayCore
import TestSupport

/// Reads bytes as a program: nine bytes of settings, then steps of one byte and their arguments. Any bytes are a program,
/// and one that keeps the control plane's promises: no token is used twice, and the clock never runs backwards.
///
/// ```
/// settings: start of the clock · host timeout · user timeout · roaming · switches · wrong users · guesses · answers · seed
/// ```
struct ProgramReader {
    var input: InputReader
    var now: UInt64 = 0
    var events: [Program.Event] = []
    /// Sessions added so far, ended ones included.
    var sessions: [Known] = []
    private var nextToken: UInt32 = 1
    /// Each makes the sweeps of many days necessary.
    private var longJumps = 0

    struct Known {
        var token: UInt32
        var pair: UInt32
        var users: [UInt32]
    }

    private static let mostSteps = 200
    private static let mostSessions = 20
    private static let mostUsers = 40
    private static let mostLongJumps = 6
    /// Milliseconds; the 32-bit stamps wrap, or change sign, soon after some of them.
    private static let starts: [UInt64] = [
        123_456_789, 0, 1, (1 << 31) - 20_000, (1 << 32) - 1, (1 << 32) - 3_000, (1 << 32) - 40_000, (5 << 32) - 9_000,
        1 << 40,
    ]
    private static let limits: [UInt64] = [200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 600_000]

    init(_ bytes: UnsafeRawBufferPointer) { input = InputReader(bytes) }

    mutating func read() -> Program {
        now = input.pick(Self.starts)
        let settings = readSettings()
        let guesses = readGuesses()
        let seed = UInt64(input.byte())
        var steps = 0
        while !input.isAtEnd, steps < Self.mostSteps {
            steps += 1
            step()
        }
        return Program(seed: seed, settings: settings, guesses: guesses, events: events)
    }

    private mutating func readSettings() -> EngineSettings {
        var settings = EngineSettings()
        settings.hostTimeout = input.pick([15_000, 5_000, 500])
        settings.userTimeout = input.pick([30_000, 15_000, 3_000])
        settings.roaming = input.pick([.normal, .open, .strict])
        let switches = input.byte()
        settings.givesRejoinIDs = switches & 1 == 0
        if switches & 2 != 0 { settings.ownServerPorts = 5_000...5_004 }
        if switches & 4 != 0 { settings.ownClientPorts = 5_004...5_010 }
        settings.wrongUsersPerSecond = input.pick([200, 0, 1, 3])
        return settings
    }

    private mutating func readGuesses() -> GuessLedger.Settings {
        var guesses = GuessLedger.Settings()
        guesses.guessesPerMinute = input.pick([1_000, 1, 4, 20])
        let answers = input.byte()
        guesses.answers = answers & 1 == 0
        guesses.answersPerSecond = [100, 1, 2][Int(answers >> 1) % 3]
        guesses.lookupsPastBudget = [10, 0, 1, 3][Int(answers >> 6)]
        return guesses
    }

    mutating func append(_ action: Program.Action) {
        events.append(Program.Event(at: now, action: action))
    }

    private mutating func step() {
        // The order is the order in which Tests/Fuzz/make-corpus numbers them.
        switch input.number(below: 16) {
        case 0: addDatagram(.ping, .client)
        case 1: addDatagram(.data, .client)
        case 2: addDatagram(.hello, .client)
        case 3: addDatagram(.ping, .server)
        case 4: addDatagram(.data, .server)
        case 5: addDatagram(.bare, input.flag() ? .client : .server)
        case 6: addRawDatagram()
        case 7: addDatagram(.long, input.flag() ? .client : .server)
        case 8: now += UInt64(input.byte())
        case 9: now += input.pick(Self.limits) + UInt64(input.number(below: 3)) - 1
        case 10: jumpDays()
        case 11: append(.sweep(slots: input.pick([1, 2, 7, 300])))
        case 12: addSession()
        case 13: addUser()
        case 14: removeUser()
        default: removeSessionOrOwnAddresses()
        }
    }

    private mutating func jumpDays() {
        let days = input.number(below: 70)
        guard longJumps < Self.mostLongJumps else { return }
        longJumps += 1
        now += UInt64(days) * 86_400_000
    }
}

// Commands.
extension ProgramReader {
    private mutating func token() -> UInt32 {
        defer { nextToken += 1 }
        return nextToken
    }

    /// The address that the API names for a user, and whether only that one may use its tokens.
    private mutating func place() -> (pinned: PeerAddress?, named: PeerAddress?) {
        let place = input.byte()
        let address = Places.address(Int(place >> 3))
        return (place & 7 == 7 ? address : nil, place & 7 >= 6 ? address : nil)
    }

    private mutating func addSession() {
        let count = input.number(below: 21)
        let switches = input.byte()
        guard sessions.count < Self.mostSessions else { return }
        let session = token() | (switches & 1 == 0 ? 0 : 0x4000_0000)
        let users = (0..<count).map { UserPlan(userToken: token(), connectionID: Int32($0) + 1) }
        let pair: PortPairID = [.shared, .shared, .dedicated(0), .dedicated(1)][Int(switches >> 1) % 4]
        let firstID: Int32 = [1 << 19, 7 << 20][Int(switches >> 3) % 2]
        let plan = SessionPlan(
            sessionToken: session,
            users: users,
            portPair: pair,
            hostUserToken: switches & 32 == 0 ? nil : users.first?.userToken,
            rejoinIDs: firstID..<(firstID + [1_000, 0, 1, 3][Int(switches >> 6)]),
            wasUsed: switches & 16 != 0
        )
        sessions.append(Known(token: session, pair: pair.number, users: users.map(\.userToken)))
        append(.addSession(plan))
    }

    private mutating func addUser() {
        let place = input.byte()
        let address = self.place()
        guard !sessions.isEmpty else { return }
        let index = Int(place) % sessions.count
        guard sessions[index].users.count < Self.mostUsers else { return }
        let id = Int32(sessions[index].users.count) + 1
        let plan = UserPlan(
            userToken: token(),
            connectionID: id,
            pinnedAddress: address.pinned,
            namedAddress: address.named
        )
        sessions[index].users.append(plan.userToken)
        append(.addUser(plan, session: sessions[index].token))
    }

    private mutating func removeUser() {
        let (place, user) = (input.byte(), input.byte())
        guard !sessions.isEmpty else { return }
        let session = sessions[Int(place) % sessions.count]
        guard !session.users.isEmpty else { return }
        append(.removeUser(session.users[Int(user) % session.users.count], session: session.token))
    }

    private mutating func removeSessionOrOwnAddresses() {
        let place = input.byte()
        if place & 0x80 != 0 {
            append(.ownAddresses(place & 0x40 == 0 ? [] : [Places.address(Int(place & 7))].compactMap(\.self)))
        } else if !sessions.isEmpty {
            append(.removeSession(sessions[Int(place) % sessions.count].token))
        }
    }
}
