import RelayControl
import RelayCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionRestoreTests {
    @Test("After a restart every session is served as it was, with fresh ids for rejoining players")
    func restart() async throws {
        let before = try await Fixture.ready()
        let kept = try await before.create("1.1.1.1", "2.2.2.2", webhook: "https://example.com/")
        let gone = try await before.create("1.1.1.1")
        await before.service.handle(.hostClaimed(sessionToken: kept.token, userToken: kept.users[0].token))
        await before.service.handle(.sessionUsed(sessionToken: kept.token))
        try await eventually {
            before.store.contents.sessions[kept.id]?.wasUsed == true
                && before.store.contents.sessions[kept.id]?.hostNumber == 1
        }
        try await before.service.delete(id: gone.id)

        let after = try await before.restarted()
        let session = try await after.service.session(id: kept.id)
        #expect(session.users == kept.users)
        #expect(session.token == kept.token)
        #expect(session.createdAt == kept.createdAt)
        let plan = try #require(after.plane.now.sessions[kept.token])
        #expect(plan.hostUserToken == kept.users[0].token)
        #expect(plan.wasUsed)
        #expect(plan.rejoinIDs == 1 << 19..<1 << 20, "none was given")
        #expect(after.plane.now.sessions.count == 1)
        #expect(after.webhooks.all == before.webhooks.all)
        #expect(await after.service.counts.reservedTokens == 1)
        let next = try await after.create("1.1.1.1", webhook: "https://example.com/")
        #expect(next.sequence > kept.sequence)
        #expect(Set(after.webhooks.all.map(\.id)).count == 2)
    }

    @Test("A rejoined user's connection id survives a restart, and no id is given twice, whoever had it")
    func connectionIDs() async throws {
        let before = try await Fixture.ready()
        let session = try await before.create("1.1.1.1", "2.2.2.2", "3.3.3.3")
        let first: Int32 = 1 << 19
        func give(_ id: Int32, to user: Int) async {
            let (token, userToken) = (session.token, session.users[user].token)
            await before.service.handle(
                .connectionIDGiven(sessionToken: token, userToken: userToken, connectionID: id)
            )
        }
        await give(first, to: 1)
        await give(first + 1, to: 2)
        await give(first + 2, to: 1)
        // It took its place and its number back.
        await give(3, to: 2)
        try await eventually {
            let stored = before.store.contents.sessions[session.id]
            return stored?.highestRejoinID == first + 2 && stored?.users[1].rejoinID == first + 2
                && stored?.users[2].rejoinID == nil
        }
        let after = try await before.restarted()
        let plan = try #require(after.plane.now.sessions[session.token])
        #expect(plan.users.map(\.connectionID) == [1, first + 2, 3])
        #expect(plan.users.map(\.number) == [1, 2, 3])
        #expect(plan.rejoinIDs == 1 << 20..<2 << 20)
        let again = try await after.restarted()
        #expect(again.plane.now.sessions[session.token]?.rejoinIDs == 1 << 20..<2 << 20, "none was given since")
        // An id whose user is revoked before anybody wrote it down is used up all the same.
        _ = try await again.service.revokeUser(sessionID: session.id, userToken: session.users[2].token)
        await again.service.handle(
            .connectionIDGiven(
                sessionToken: session.token,
                userToken: session.users[2].token,
                connectionID: 1 << 20
            )
        )
        try await eventually { again.store.contents.sessions[session.id]?.highestRejoinID == 1 << 20 }
        let last = try await again.restarted()
        #expect(last.plane.now.sessions[session.token]?.rejoinIDs == 2 << 20..<3 << 20)
    }

    @Test("Who hosts from the start is written with the session and told to the plane")
    func hostFromTheStart() async throws {
        let before = try await Fixture.ready()
        let request = SessionRequest(addresses: ["1.1.1.1", "2.2.2.2"], hostIndex: 1)
        let session = try await before.service.create(request)
        #expect(before.plane.now.sessions[session.token]?.hostUserToken == session.users[1].token)
        let after = try await before.restarted()
        #expect(after.plane.now.sessions[session.token]?.hostUserToken == session.users[1].token)
    }

    @Test("Two addresses that take a user from each other are said in the log, without a token")
    func contested() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        let token = session.users[1].token
        await fixture.service.handle(.endpointContested(sessionToken: session.token, userToken: token))
        let said = fixture.log.messages.filter { $0.contains("two addresses take user 2 from each other") }
        #expect(said.count == 1)
        #expect(!said.contains { $0.contains("\(token)") || $0.contains("\(session.token)") })
    }

    @Test("Until everything is restored, every call is answered with 503")
    func unavailableUntilReady() async throws {
        let before = try await Fixture.ready()
        let session = try await before.create("1.1.1.1")
        let gate = Checkpoint()
        let plane = FakePlane()
        plane.configure { $0.hook = { _ in await gate.pass() } }
        let after = Fixture(store: FakeStore(before.store.contents), plane: plane)
        let restore = Task { try await after.service.restore() }
        await gate.reached()
        #expect(await !after.service.isReady)
        let service = after.service
        let errors = [
            try await failure { () async throws(RelayError) in
                try await service.create(SessionRequest(addresses: ["1.1.1.1"]))
            },
            try await failure { () async throws(RelayError) in try await service.session(id: session.id) },
            try await failure { () async throws(RelayError) in try await service.list(page: 1, limit: 10) },
            try await failure { () async throws(RelayError) in try await service.delete(id: session.id) },
            try await failure { () async throws(RelayError) in
                _ = try await service.authorizeUser(sessionID: session.id, address: "::1")
            },
            try await failure { () async throws(RelayError) in
                try await service.revokeUser(sessionID: session.id, userToken: 1)
            },
        ]
        #expect(errors.allSatisfy { $0.code == .unavailable && $0.message.contains("still restoring") })
        gate.open()
        try await restore.value
        #expect(await after.service.isReady)
        #expect(try await service.session(id: session.id).id == session.id)
    }

    @Test("Sessions keep their dedicated pairs, and new ones get others")
    func dedicatedPairs() async throws {
        let settings = SessionSettings(dedicatedPairs: 3)
        let before = try await Fixture.ready(settings: settings)
        let first = try await before.create("1.1.1.1")
        let second = try await before.create("1.1.1.1")
        try await before.service.delete(id: first.id)
        let after = try await before.restarted(settings: settings)
        #expect(try await after.service.session(id: second.id).ports == second.ports)
        #expect(try await after.create("1.1.1.1").portPair == .dedicated(0))
        #expect(try await after.create("1.1.1.1").portPair == .dedicated(2))
        #expect(!after.log.messages.contains { $0.contains("other ports") })
    }

    @Test(
        "Where the configuration took the ports, sessions move, which is logged once and durable",
        arguments: [
            (3, nil, 40000), (nil, 3, 40000), (3, 3, 41000),
        ] as [(Int?, Int?, UInt16)]
    )
    func moved(pairsBefore: Int?, pairsAfter: Int?, firstPort: UInt16) async throws {
        let before = try await Fixture.ready(settings: SessionSettings(dedicatedPairs: pairsBefore))
        let old = [try await before.create("1.1.1.1"), try await before.create("1.1.1.1")]
        let plane = FakePlane(firstPort: firstPort)
        let settings = SessionSettings(dedicatedPairs: pairsAfter)
        let after = try await before.restarted(plane: plane, settings: settings)
        for session in old {
            let now = try await after.service.session(id: session.id)
            #expect(now.ports != session.ports)
            #expect(now.ports == plane.ports(of: now.portPair))
            #expect(now.users == session.users)
            #expect(plane.now.sessions[session.token]?.portPair == now.portPair)
            #expect(after.store.contents.sessions[session.id]?.ports == now.ports)
        }
        #expect(after.log.messages.filter { $0.contains("2 restored sessions are on other ports") }.count == 1)
        let again = try await after.restarted(plane: FakePlane(firstPort: firstPort), settings: settings)
        #expect(!again.log.messages.contains { $0.contains("other ports") })
    }

    @Test("Sessions without a pair are kept, not served, and come back when there are enough")
    func parked() async throws {
        let before = try await Fixture.ready(settings: SessionSettings(dedicatedPairs: 3))
        for _ in 0..<3 { try await before.create("1.1.1.1") }
        let narrow = try await before.restarted(settings: SessionSettings(dedicatedPairs: 1))
        #expect(await narrow.service.counts.sessions == 1)
        #expect(await narrow.service.counts.parked == 2)
        #expect(narrow.store.contents.sessions.count == 3)
        #expect(narrow.log.messages.contains { $0.contains("2 stored sessions cannot be served") })
        let parked = try #require(
            narrow.store.contents.sessions.values.first { narrow.plane.now.sessions[$0.token] == nil }
        )
        let error = try await failure { () async throws(RelayError) in try await narrow.service.session(id: parked.id) }
        #expect(error.code == .notFound)
        try await narrow.service.delete(id: parked.id)
        #expect(narrow.store.contents.sessions.count == 2)
        let wide = try await narrow.restarted(settings: SessionSettings(dedicatedPairs: 3))
        #expect(await wide.service.counts.sessions == 2)
    }

    @Test("A session whose dedicated port another process took in the meantime moves to another")
    func takenPort() async throws {
        let settings = SessionSettings(dedicatedPairs: 3)
        let before = try await Fixture.ready(settings: settings)
        let session = try await before.create("1.1.1.1")
        let plane = FakePlane()
        plane.configure { $0.takenPairs = [0] }
        let after = try await before.restarted(plane: plane, settings: settings)
        #expect(try await after.service.session(id: session.id).portPair == .dedicated(1))
        #expect(after.store.contents.sessions[session.id]?.portPair == .dedicated(1))
    }

    @Test("Damaged records are reported, and a session that names a lost user as host has none")
    func damaged() async throws {
        var disk = FakeStore.Disk()
        disk.damaged = ["the row of user 2"]
        disk.sessions["000000000001-S"] = Session(
            id: "000000000001-S",
            token: 4,
            users: [SessionUser(number: 1, address: "1.1.1.1", token: 8)],
            nextUserNumber: 3,
            portPair: .shared,
            ports: PortPair(server: 32000, client: 32001),
            hostNumber: 2,
            createdInGeneration: 1,
            createdAt: 0,
            sequence: 1
        )
        let fixture = try await Fixture.ready(store: FakeStore(disk))
        #expect(try await fixture.service.session(id: "000000000001-S").hostNumber == nil)
        #expect(fixture.log.messages.contains { $0.contains("the row of user 2") })
    }

    @Test("Twenty thousand sessions are restored, with every user")
    func many() async throws {
        var disk = FakeStore.Disk()
        let random = SeededRandom(seed: 11)
        for sequence in 1...20_000 {
            let id = random.sessionID()
            disk.sessions[id] = Session(
                id: id,
                token: UInt32(sequence),
                users: (1...8).map { SessionUser(number: $0, address: "10.0.0.\($0)", token: random.token()) },
                nextUserNumber: 9,
                portPair: .shared,
                ports: PortPair(server: 32000, client: 32001),
                createdInGeneration: 1,
                createdAt: 0,
                sequence: Int64(sequence)
            )
        }
        let fixture = try await Fixture.ready(store: FakeStore(disk))
        #expect(await fixture.service.counts.sessions == 20_000)
        #expect(await fixture.service.counts.users == 160_000)
        #expect(fixture.plane.now.sessions.count == 20_000)
        #expect(try await fixture.service.list(page: 1, limit: 1).sessions.first?.sequence == 20_000)
    }
}
