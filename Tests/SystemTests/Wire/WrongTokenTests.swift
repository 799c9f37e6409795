import Foundation
import Testing

/// What strangers get: the same answer or the same silence for every kind of wrong token.
@Suite(.showsLogOnFailure) struct WrongTokenTests {
    @Test("An unknown session, a wrong user, a revoked user and a deleted session all get the same Invalid")
    func sameAnswer() throws {
        try withDaemon { daemon in
            let api = daemon.api
            let live = try api.createSession()
            let deleted = try api.createSession()
            try api.removeUser(live.users[1].token, from: live)
            try api.remove(deleted)
            let kinds = [
                Credentials(user: live.users[0].token, session: live.token ^ 0x2a2a_2a2a),
                Credentials(user: live.users[0].token ^ 0x2a2a_2a2a, session: live.token),
                live.credentials(1),
                deleted.credentials(0),
                Credentials(user: 0, session: 0),
                Credentials(user: .max, session: .max),
            ]
            for (index, kind) in kinds.enumerated() {
                for (offset, role) in [Player.Role.host, .client].enumerated() {
                    // Each from an address of its own, since Invalid is limited per source.
                    let stranger = try live.player(kind, as: role, from: "127.0.\(offset + 1).\(index + 1)")
                    try stranger.ping(.invalid)
                }
            }
        }
    }

    @Test("Unknown sessions and wrong users are counted apart")
    func counters() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let unknownSession = Credentials(user: session.users[0].token, session: session.token ^ 0x1111_1111)
            let wrongUser = Credentials(user: session.users[0].token ^ 0x1111_1111, session: session.token)
            for role in [Player.Role.host, .client] {
                try daemon.expectDrops([.unknownSession: 1]) {
                    try session.player(unknownSession, as: role).data("some data")
                }
                try daemon.expectDrops([.unknownUser: 1]) {
                    try session.player(wrongUser, as: role).data("some data")
                }
            }
        }
    }

    @Test("A joiner that sends nothing but DATA is told Invalid too")
    func dataAnswered() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let kinds = [
                Credentials(user: session.users[1].token, session: session.token ^ 0x0f0f_0f0f),
                Credentials(user: session.users[1].token ^ 0x0f0f_0f0f, session: session.token),
            ]
            for kind in kinds {
                for role in [Player.Role.host, .client] {
                    let stranger = try session.player(kind, as: role, from: "127.0.0.9")
                    try stranger.data(Wire.hello())
                    try stranger.expectReply(.invalid)
                }
            }
            try host.expectNothing()
        }
    }

    @Test("Invalid is sent at most once a second to an endpoint, whatever its tokens")
    func onceASecond() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let stranger = try session.player(1, as: .client, from: "127.0.0.9")
            let clock = ContinuousClock()
            let start = clock.now
            for round in 0..<12 {
                for index in 0..<4 {
                    stranger.credentials = Credentials(user: UInt32(1_000 + index), session: session.token)
                    if round % 2 == 0 { try stranger.ping() } else { try stranger.data(Wire.hello()) }
                }
                pause(.milliseconds(200))
            }
            let replies = try stranger.drain()
            #expect(replies.allSatisfy { $0 == .reply(Wire.State.invalid.rawValue) })
            // 2.4 seconds, or more on a slow machine, have as many beginnings of a second, or one more.
            let most = Int((clock.now - start).components.seconds) + 2
            #expect((2...most).contains(replies.count), "\(replies.count) replies, at most \(most)")
        }
    }

    @Test("After the end of a session all who played behind one address are told within a second")
    func everybodyBehindOneAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 21))
            let host = try session.boundHost()
            let clients = try (1...20).map { try session.boundClient($0, from: "127.0.0.2") }
            try daemon.api.remove(session)
            try host.data("still there?", to: 2)
            for (index, client) in clients.enumerated() {
                if index % 2 == 0 { try client.ping() } else { try client.data("still there?") }
            }
            try host.expectReply(.invalid)
            for client in clients { try client.expectReply(.invalid) }
        }
    }

    @Test("Invalid is sent at most a hundred times a second in all")
    func hundredASecond() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let wrong = Credentials(user: 4_711, session: session.token ^ 0x3c3c_3c3c)
            let strangers = try (0..<400).map {
                try session.player(wrong, as: .client, from: "127.0.\(1 + $0 / 200).\(1 + $0 % 200)")
            }
            let clock = ContinuousClock()
            let start = clock.now
            for stranger in strangers { try stranger.ping() }
            pause(.milliseconds(300))
            try daemon.awaitDrops(400)
            let replies = try strangers.flatMap { try $0.drain(quiet: .zero) }
            // A burst may straddle the change of a second, and on a slow machine several.
            let most = 100 * (Int((clock.now - start).components.seconds) + 2)
            #expect((50...most).contains(replies.count), "\(replies.count) replies, at most \(most)")
        }
    }

    @Test("The switch guess.replies silences every answer to wrong tokens, and only those")
    func silenced() throws {
        try withDaemon(["guess.replies=false"]) { daemon in
            let session = try daemon.api.createSession()
            let client = try session.boundClient()
            let stranger = try session.player(Credentials(user: 5, session: session.token), as: .client)
            try stranger.ping()
            try stranger.expectNothing()
            try client.ping(.valid)
            try daemon.api.removeUser(session.users[1].token, from: session)
            try client.data("hello")
            try client.ping()
            try client.expectNothing()
        }
    }

    @Test(
        "Fifty guesses a minute from a source, then right tokens get through there only for users who are known there"
    )
    func guessBudget() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 4))
            let host = try session.boundHost()
            let bound = try session.boundClient(1, from: "127.0.0.2")
            let guesser = try session.player(1, as: .client, from: "127.0.0.2")
            for guess in 0..<40 {
                try self.guess(guesser, guess, session)
            }
            let early = try session.boundClient(2, from: "127.0.0.2")
            try expectBothWays(host, early, id: 3)
            for guess in 40..<80 {
                try self.guess(guesser, guess, session)
            }
            try daemon.awaitDrops(80)
            // Ten guesses a second are looked up still, and these were more.
            pause(.milliseconds(1_100))
            let late = try session.player(3, as: .client, from: "127.0.0.2")
            try daemon.expectDrops([.guessStranger: 2]) {
                try late.ping()
                try late.data("let me in")
                try late.expectNothing()
                try host.expectNothing()
            }
            try expectBothWays(host, bound, id: 2)
            let moved = try session.boundClient(2, from: "127.0.0.2")
            try expectBothWays(host, moved, id: 3)
            try bound.ping(.valid)
            let elsewhere = try session.boundClient(3, from: "127.0.0.3")
            try expectBothWays(host, elsewhere, id: 4)
        }
    }

    @Test("Guesses at all sessions together spend one source's budget")
    func guessBudgetAcrossSessions() throws {
        try withDaemon(["relay.workers=2"]) { daemon in
            let session = try daemon.api.createSession()
            let guesser = try session.player(1, as: .client, from: "127.0.0.2")
            for guess in 0..<80 {
                // Session tokens of both parities of every byte: whatever the steering looks at, all workers get some.
                guesser.credentials = Credentials(
                    user: 5_000,
                    session: UInt32(truncatingIfNeeded: guess &* 0x9e37_79b9)
                )
                try guesser.data("guess")
            }
            try daemon.awaitDrops(80)
            pause(.milliseconds(1_100))
            let late = try session.player(1, as: .client, from: "127.0.0.2")
            try daemon.expectDrops([.guessStranger: 1]) {
                try late.ping()
                try late.expectNothing()
            }
        }
    }

    @Test(
        "Past the budget a user whose address the API was told gets in there, with the session's other users at home elsewhere"
    )
    func namedAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
            let guesser = try session.player(1, as: .client, from: "127.0.0.2")
            for guess in 0..<60 { try self.guess(guesser, guess, session) }
            try daemon.awaitDrops(60)
            pause(.milliseconds(1_100))
            try session.boundClient(1, from: "127.0.0.2").ping(.valid)
            try daemon.expectDrops([.guessStranger: 1]) {
                try session.player(2, as: .client, from: "127.0.0.2").ping()
            }
        }
    }

    @Test("The budgets are reloaded: answers end and come back")
    func reload() throws {
        try withDaemon(config: "guess:\n  replies: true\n") { daemon in
            let session = try daemon.api.createSession()
            let stranger = try session.player(Credentials(user: 5, session: session.token), as: .client)
            func answers(_ isOn: Bool) throws {
                try Data("guess:\n  replies: \(isOn)\n".utf8).write(to: URL(fileURLWithPath: daemon.configFile))
                daemon.signal(SIGHUP)
                let follows = try holds(within: .seconds(20), every: .milliseconds(100)) {
                    pause(.milliseconds(1_000))
                    try stranger.ping()
                    return try stranger.drain(quiet: .milliseconds(200)).isEmpty != isOn
                }
                #expect(follows, "replies: \(isOn)")
            }
            try stranger.ping(.invalid)
            try answers(false)
            try answers(true)
        }
    }

    @Test("Repeating one wrong pair, or a revoked token, is no guessing")
    func repetitionsAreNoGuesses() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 4))
            let host = try session.boundHost()
            try daemon.api.removeUser(session.users[3].token, from: session)
            let stubborn = try session.player(1, as: .client, from: "127.0.0.2")
            stubborn.credentials.user ^= 0x0101_0101
            let revoked = try session.player(3, as: .client, from: "127.0.0.2")
            for _ in 0..<100 { try stubborn.data("again") }
            for _ in 0..<100 { try revoked.data("again") }
            let client = try session.player(1, as: .client, from: "127.0.0.2")
            try expectBothWays(host, client, id: 2)
        }
    }

    @Test("IPv6 sources are budgeted too")
    func guessBudgetIPv6() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let guesser = try session.player(1, as: .client, from: "::1", at: "::1")
            for guess in 0..<80 { try self.guess(guesser, guess, session) }
            try daemon.awaitDrops(80)
            pause(.milliseconds(1_100))
            let late = try session.player(1, as: .client, from: "::1", at: "::1")
            try daemon.expectDrops([.guessStranger: 1]) {
                try late.ping()
                try late.expectNothing()
            }
            let elsewhere = try session.boundClient(1)
            try elsewhere.ping(.valid)
        }
    }

    @Test("Past two hundred wrong users a second a live player is not rebound, while first binds go on")
    func rebindFrozen() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            let host = try session.boundHost()
            let client = try session.boundClient(1)
            let guessers = try (0..<8).map { try session.player(1, as: .client, from: "127.0.9.\($0 + 1)") }
            let moved = try session.player(1, as: .client)
            let new = try session.player(2, as: .client)
            try daemon.expectSomeDrops(.rebindFrozen) {
                for guess in 0..<45 {
                    for (index, guesser) in guessers.enumerated() {
                        try self.guess(guesser, guess * 8 + index, session)
                    }
                }
                try moved.data("I moved")
                try new.data("I am new")
                try host.expectData("I am new", from: 3)
                try host.expectNothing()
            }
            try host.data("still there?", to: 2)
            try client.expectData("still there?")
            let thawed = try holds(within: .seconds(5), every: .milliseconds(200)) {
                try moved.data("I moved")
                return try !host.drain(quiet: .milliseconds(50)).isEmpty
            }
            #expect(thawed, "the freeze ends with the flood")
        }
    }

    /// One more pair that is wrong and was not tried before.
    private func guess(_ player: Player, _ number: Int, _ session: RelaySession) throws {
        player.credentials = Credentials(user: UInt32(100 + number), session: session.token)
        try player.data("guess")
    }
}
