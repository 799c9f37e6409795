import RelayControl
import RelayCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionCreateTests {
    @Test("A created session is durable, served and listed, with users in the order of the request")
    func create() async throws {
        let fixture = try await Fixture.ready()
        let addresses = ["1.1.1.1", "1.1.1.1", "0.0.0.0", "192.168.0.9", "2001:DB8::1"]
        let session = try await fixture.service.create(SessionRequest(addresses: addresses, webhookURL: ""))
        #expect(session.users.map(\.address) == addresses)
        #expect(session.users.map(\.number) == [1, 2, 3, 4, 5])
        #expect(Set(session.users.map(\.token)).count == 5)
        #expect(session.webhookURL == nil)
        #expect(session.portPair == .shared)
        #expect(session.id.wholeMatch(of: /[0-9a-f]{12}-S/) != nil)
        #expect(fixture.store.contents.sessions[session.id] == session)
        #expect(session.users.allSatisfy { fixture.plane.accepts(session: session.token, user: $0.token) })
        #expect(try await fixture.service.session(id: session.id) == session)
        #expect(await fixture.service.counts.users == 5)
        let plan = try #require(fixture.plane.now.sessions[session.token])
        #expect(plan.users.map(\.connectionID) == [1, 2, 3, 4, 5])
        #expect(plan.rejoinIDs == 1 << 19..<1 << 20)
    }

    @Test(
        "A bad request is refused with what is wrong",
        arguments: [
            (SessionRequest(addresses: []), "users must have at least one entry"),
            (SessionRequest(addresses: ["1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"]), "sessions.max_users"),
            (SessionRequest(addresses: ["1.1.1.1", "example.com"]), "users[1].ip"),
            (SessionRequest(addresses: ["1.1.1"]), "'1.1.1'"),
            (SessionRequest(addresses: [""]), "users[0].ip"),
            (SessionRequest(addresses: ["e" + String(repeating: "\u{301}", count: 1_000)]), "…"),
            (SessionRequest(addresses: ["1.1.1.1"], webhookURL: "ftp://example.com"), "webhook_url"),
        ]
    )
    func invalid(request: SessionRequest, words: String) async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(maxUsers: 3))
        let error = try await failure { () async throws(RelayError) in try await fixture.service.create(request) }
        #expect(error.code == .invalid)
        #expect(error.message.contains(words))
        #expect(error.message.utf8.count < 500)
        #expect(fixture.store.contents.log.isEmpty)
    }

    @Test("When all sessions are in use, the refusal names the limit, and a deletion makes room")
    func capacity() async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(maxSessions: 2))
        let first = try await fixture.create("1.1.1.1")
        try await fixture.create("1.1.1.1")
        let error = try await failure { () async throws(RelayError) in try await fixture.create("1.1.1.1") }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("sessions.max"))
        try await fixture.service.delete(id: first.id)
        try await fixture.create("1.1.1.1")
    }

    @Test("When all dedicated pairs are in use, the refusal names the range, and a deletion makes room")
    func dedicatedPairs() async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(dedicatedPairs: 2))
        let first = try await fixture.create("1.1.1.1")
        let second = try await fixture.create("1.1.1.1")
        #expect([first.ports.server, first.ports.client, second.ports.server] == [40000, 40001, 40002])
        let error = try await failure { () async throws(RelayError) in try await fixture.create("1.1.1.1") }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("relay.ports.dedicated"))
        try await fixture.service.delete(id: first.id)
        #expect(try await fixture.create("1.1.1.1").ports == first.ports)
    }

    @Test("A pair whose port another process holds is skipped, on disk too")
    func takenPort() async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(dedicatedPairs: 4))
        fixture.plane.configure { $0.takenPairs = [0, 1] }
        let session = try await fixture.create("1.1.1.1")
        #expect(session.portPair == .dedicated(2))
        #expect(session.ports.server == 40004)
        #expect(fixture.store.contents.sessions[session.id] == session)
        #expect(fixture.plane.now.sessions.values.map(\.portPair) == [.dedicated(2)])
    }

    @Test("When no pair can be bound, nothing is left of the session")
    func allPortsTaken() async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(dedicatedPairs: 4))
        fixture.plane.configure { $0.takenPairs = [0, 1, 2, 3] }
        let error = try await failure { () async throws(RelayError) in
            try await fixture.create("1.1.1.1", webhook: "https://example.com/")
        }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("relay.ports.dedicated"))
        #expect(fixture.store.contents.sessions.isEmpty)
        #expect(fixture.store.contents.webhooks.isEmpty)
        #expect(fixture.webhooks.all.isEmpty)
        #expect(await fixture.service.counts.sessions == 0)
        fixture.plane.configure { $0.takenPairs = [] }
        try await fixture.create("1.1.1.1")
    }

    @Test(
        "When the plane refuses, nothing is left of the session",
        arguments: [
            (DataPlaneError.full(limit: 10, key: "sessions.max"), "sessions.max"), (.stopped, "stopping"),
        ]
    )
    func planeRefuses(refusal: DataPlaneError, words: String) async throws {
        let fixture = try await Fixture.ready()
        fixture.plane.configure { $0.addSessionError = refusal }
        let error = try await failure { () async throws(RelayError) in try await fixture.create("1.1.1.1") }
        #expect(error.code == .unavailable)
        #expect(error.message.contains(words))
        #expect(fixture.store.contents.sessions.isEmpty)
        #expect(fixture.store.contents.reservedTokens.count == 1)
        #expect(await fixture.service.counts == SessionCounts(reservedTokens: 1))
    }

    @Test("When the disk refuses, nothing is served, and a record that got there all the same is removed later")
    func diskRefuses() async throws {
        let fixture = try await Fixture.ready()
        fixture.store.setAfter { _ throws(SessionStoreError) in throw FakeStore.failure }
        let error = try await failure { () async throws(RelayError) in try await fixture.create("1.1.1.1") }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("the disk is broken"))
        #expect(fixture.plane.now.plans.isEmpty)
        #expect(fixture.store.contents.sessions.count == 1)
        fixture.store.setAfter(nil)
        await fixture.service.housekeeping()
        try await eventually { fixture.store.contents.sessions.isEmpty }
        try await eventually { await fixture.service.counts.unsettledRemovals == 0 }
    }

    @Test("While a thousand changes wait for the disk, nothing is added")
    func brokenDisk() async throws {
        let fixture = try await Fixture.ready()
        fixture.store.setBefore { _ throws(SessionStoreError) in throw FakeStore.failure }
        for _ in 0..<1000 {
            _ = try await failure { () async throws(RelayError) in try await fixture.create("1.1.1.1") }
        }
        let error = try await failure { () async throws(RelayError) in try await fixture.create("1.1.1.1") }
        #expect(error.message.contains("1000 wait"))
        #expect(await fixture.service.counts.unsettledRemovals == 1000)
        fixture.store.setBefore(nil)
        await fixture.service.housekeeping()
        try await eventually { await fixture.service.counts.unsettledRemovals == 0 }
        try await fixture.create("1.1.1.1")
    }

    @Test("A webhook is owed in the same transaction and handed over once the session is served")
    func webhook() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", webhook: "https://example.com/hook")
        let webhook = try #require(fixture.webhooks.all.first)
        #expect(webhook.url == "https://example.com/hook")
        #expect(webhook.body == Array("{\"session_id\":\"\(session.id)\"}".utf8))
        #expect(fixture.store.contents.webhooks[webhook.id] == webhook)
        #expect(fixture.store.contents.log == ["createSession"])
    }

    @Test("Filters that the relay does not fit are refused, and named")
    func filters() async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(location: RelayLocation(city: "Montreal")))
        func request(_ value: String) -> SessionRequest {
            SessionRequest(
                addresses: ["1.1.1.1"],
                filters: [PlacementFilter(field: "city", values: [value], kind: .any)]
            )
        }
        _ = try await fixture.service.create(request("montreal"))
        let error = try await failure { () async throws(RelayError) in
            try await fixture.service.create(request("Paris"))
        }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("Paris"))
    }

    @Test("A relay without a location ignores filters and says so once")
    func ignoredFilters() async throws {
        let fixture = try await Fixture.ready()
        let request = SessionRequest(
            addresses: ["1.1.1.1"],
            filters: [PlacementFilter(field: "city", values: ["Paris"], kind: .any)]
        )
        for _ in 0..<3 { _ = try await fixture.service.create(request) }
        #expect(fixture.log.messages.filter { $0.contains("filters") }.count == 1)
    }

    @Test("Sessions spread over the workers by their users")
    func balance() async throws {
        let fixture = try await Fixture.ready(plane: FakePlane(workers: 4))
        for count in 1...40 {
            _ = try await fixture.service.create(
                SessionRequest(addresses: Array(repeating: "1.1.1.1", count: 1 + count % 9))
            )
        }
        var loads = [0, 0, 0, 0]
        for plan in fixture.plane.now.sessions.values { loads[Int(plan.sessionToken) % 4] += plan.users.count + 1 }
        let most = try #require(loads.max())
        let least = try #require(loads.min())
        #expect(most - least <= 10)
    }

    @Test("The list is newest first, in pages")
    func list() async throws {
        let fixture = try await Fixture.ready()
        var ids: [String] = []
        for _ in 0..<5 { ids.insert(try await fixture.create("1.1.1.1").id, at: 0) }
        let first = try await fixture.service.list(page: 1, limit: 2)
        #expect(first.sessions.map(\.id) == Array(ids[0..<2]))
        #expect(first.totalCount == 5)
        #expect(try await fixture.service.list(page: 3, limit: 2).sessions.map(\.id) == [ids[4]])
        #expect(try await fixture.service.list(page: 4, limit: 2).sessions.isEmpty)
        for (page, limit) in [(0, 10), (1, 0), (1, 101), (-1, 10)] {
            let error = try await failure { () async throws(RelayError) in
                try await fixture.service.list(page: page, limit: limit)
            }
            #expect(error.code == .invalid)
        }
    }

    @Test("A caller who goes away leaves a whole session or none, never half of one")
    func cancellation() async throws {
        let fixture = try await Fixture.ready()
        let gate = Checkpoint()
        fixture.store.setBefore { _ throws(SessionStoreError) in await gate.pass() }
        let call = Task { try await fixture.create("1.1.1.1") }
        await gate.reached()
        call.cancel()
        gate.open()
        let session = try await call.value
        #expect(fixture.store.contents.sessions[session.id] != nil)
        #expect(fixture.plane.accepts(session: session.token, user: session.users[0].token))
        #expect(try await fixture.service.session(id: session.id) == session)
    }
}
