import RelayControl
import RelayCore
import Testing

@Suite("Calls that are sent again", .timeLimit(.minutes(10)))
struct IdempotencyTests {
    private static func ticket(
        _ key: String = "k",
        owner: String = "game",
        _ call: IdempotencyTicket.Call = .create,
        body: UInt8 = 1
    ) -> IdempotencyTicket {
        IdempotencyTicket(name: .init(owner: owner, call: call, key: key), digest: [UInt8](repeating: body, count: 32))
    }

    private static func request(_ ticket: IdempotencyTicket = ticket()) -> SessionRequest {
        SessionRequest(addresses: ["1.1.1.1", "2.2.2.2"], webhookURL: "https://example.net/hook", ticket: ticket)
    }

    @Test(
        "The same create again is answered with the same session, as it was then, also after a restart and a revocation"
    )
    func sameAnswer() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.service.create(Self.request())
        #expect(try await fixture.service.create(Self.request()) == session)
        _ = try await fixture.service.authorizeUser(sessionID: session.id, address: "3.3.3.3")
        _ = try await fixture.service.revokeUser(sessionID: session.id, userToken: session.users[0].token)
        let again = try await fixture.service.create(Self.request())
        #expect(again.id == session.id && again.users == session.users)
        #expect(!fixture.plane.accepts(session: session.token, user: session.users[0].token), "it stays revoked")
        let restarted = try await fixture.restarted()
        #expect(try await restarted.service.create(Self.request()).users == session.users)
        #expect(await restarted.service.counts.sessions == 1)
        #expect(fixture.webhooks.all.count == 1, "nobody is told twice")
    }

    @Test("The same authorize again is answered with the same user")
    func authorize() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        func authorize(_ key: String, in service: SessionService) async throws -> SessionUser {
            try await service.authorizeUser(
                sessionID: session.id,
                address: "2.2.2.2",
                ticket: Self.ticket(key, .authorizeUser)
            ).user
        }
        let user = try await authorize("k", in: fixture.service)
        #expect(try await authorize("k", in: fixture.service) == user)
        #expect(try await authorize("other", in: fixture.service).number == 3)
        #expect(try await fixture.service.session(id: session.id).users.count == 3)
        let restarted = try await fixture.restarted()
        #expect(try await authorize("k", in: restarted.service) == user)
        #expect(try await restarted.service.session(id: session.id).users.count == 3)
    }

    @Test("Another body under the name is a mismatch; another API key's name, call or key is another call")
    func names() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.service.create(Self.request())
        let error = try await failure { () async throws(RelayError) in
            try await fixture.service.create(Self.request(Self.ticket(body: 2)))
        }
        #expect(error.code == .mismatch)
        for other in [Self.ticket("l"), Self.ticket(owner: "backend")] {
            #expect(try await fixture.service.create(Self.request(other)).id != session.id)
        }
        let user = try await fixture.service.authorizeUser(
            sessionID: session.id,
            address: "1.1.1.1",
            ticket: Self.ticket("k", .authorizeUser, body: 3)
        ).user
        #expect(user.number == 3)
    }

    @Test("When the session has ended meanwhile, that is said, before and after a restart")
    func ended() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.service.create(Self.request())
        try await fixture.service.delete(id: session.id)
        for service in [fixture.service, try await fixture.restarted().service] {
            let error = try await failure { () async throws(RelayError) in
                try await service.create(Self.request())
            }
            #expect(error.code == .conflict)
        }
    }

    @Test("One that is sent while the first is under way waits for it")
    func inFlight() async throws {
        let fixture = try await Fixture.ready()
        let gate = Checkpoint()
        fixture.store.setBefore { change throws(SessionStoreError) in
            if case .answering = change { await gate.pass() }
        }
        async let first = fixture.service.create(Self.request())
        await gate.reached()
        async let second = fixture.service.create(Self.request())
        async let other = failure { () async throws(RelayError) in
            try await fixture.service.create(Self.request(Self.ticket(body: 2)))
        }
        fixture.store.setBefore(nil)
        gate.open()
        let session = try await first
        #expect(try await second == session)
        #expect(try await other.code == .mismatch)
        #expect(await fixture.service.counts.sessions == 1)
    }

    @Test("What failed is not kept: the next one is the first")
    func failures() async throws {
        let fixture = try await Fixture.ready()
        fixture.plane.configure { $0.addSessionError = .full(limit: 1, key: "sessions.max") }
        let refused = try await failure { () async throws(RelayError) in
            try await fixture.service.create(Self.request())
        }
        #expect(refused.code == .unavailable)
        #expect(fixture.store.contents.answers.isEmpty)
        fixture.plane.configure { $0.addSessionError = nil }
        let session = try await fixture.service.create(Self.request())
        fixture.plane.configure { $0.addUserError = .full(limit: 1, key: "limits.users") }
        _ = try await failure { () async throws(RelayError) in
            try await fixture.service.authorizeUser(
                sessionID: session.id,
                address: "1.1.1.1",
                ticket: Self.ticket("u", .authorizeUser)
            )
        }
        #expect(fixture.store.contents.answers.count == 1)
        fixture.plane.configure { $0.addUserError = nil }
        let user = try await fixture.service.authorizeUser(
            sessionID: session.id,
            address: "1.1.1.1",
            ticket: Self.ticket("u", .authorizeUser)
        ).user
        #expect(fixture.plane.accepts(session: session.token, user: user.token))
    }

    @Test("Where the disk took it and said it did not, neither session nor answer stays")
    func diskLies() async throws {
        let fixture = try await Fixture.ready()
        fixture.store.setAfter { change throws(SessionStoreError) in
            if case .answering = change { throw FakeStore.failure }
        }
        _ = try await failure { () async throws(RelayError) in try await fixture.service.create(Self.request()) }
        #expect(fixture.store.contents.answers.count == 1)
        fixture.store.setAfter(nil)
        await fixture.service.housekeeping()
        try await eventually { fixture.store.contents.sessions.isEmpty && fixture.store.contents.answers.isEmpty }
        #expect(try await fixture.service.create(Self.request()).users.count == 2)
    }

    @Test("A crash right after the commit leaves one session, which the retry is given")
    func crash() async throws {
        let fixture = try await Fixture.ready()
        let gate = Checkpoint()
        fixture.store.setAfter { change throws(SessionStoreError) in
            if case .answering = change { await gate.pass() }
        }
        // The daemon dies while it is here: what comes after never happens.
        let lost = Task { try await fixture.service.create(Self.request()) }
        await gate.reached()
        let restarted = try await fixture.restarted()
        let session = try await restarted.service.create(Self.request())
        #expect(await restarted.service.counts.sessions == 1)
        #expect(restarted.plane.accepts(session: session.token, user: session.users[1].token))
        gate.open()
        #expect(try await lost.value == session)
    }

    @Test("A day later the name is free again, and the record leaves the disk")
    func expiry() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.service.create(Self.request())
        fixture.clock.advance(by: 86_401)
        #expect(try await fixture.service.create(Self.request()).id != session.id)
        await fixture.service.housekeeping()
        #expect(fixture.store.contents.answers.count == 1)
        fixture.clock.advance(by: 86_401)
        await fixture.service.housekeeping()
        #expect(fixture.store.contents.answers.isEmpty)
    }

    @Test("A draining relay gives earlier answers again, and no new sessions")
    func draining() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.service.create(Self.request())
        await fixture.service.drain()
        #expect(try await fixture.service.create(Self.request()) == session)
        #expect(
            try await failure { () async throws(RelayError) in
                try await fixture.service.create(Self.request(Self.ticket("l")))
            }.code == .unavailable
        )
    }
}
