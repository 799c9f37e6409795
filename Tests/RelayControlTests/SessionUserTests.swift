import RelayControl
import RelayCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionUserTests {
    @Test("An authorized user is durable and served, under the next number")
    func authorize() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        let (after, user) = try await fixture.service.authorizeUser(sessionID: session.id, address: "1.1.1.1")
        #expect(user.number == 2)
        #expect(after.users == session.users + [user])
        #expect(fixture.plane.accepts(session: session.token, user: user.token))
        #expect(fixture.store.contents.sessions[session.id]?.users == after.users)
    }

    @Test("A revoked user is cut off and gone; its number and token are not used again")
    func revoke() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        let gone = session.users[1]
        let after = try await fixture.service.revokeUser(sessionID: session.id, userToken: gone.token)
        #expect(after.users == [session.users[0]])
        #expect(!fixture.plane.accepts(session: session.token, user: gone.token))
        #expect(fixture.store.contents.sessions[session.id]?.users == after.users)
        let next = try await fixture.service.authorizeUser(sessionID: session.id, address: "2.2.2.2").user
        #expect(next.number == 3)
    }

    @Test("A token drawn again after its user was revoked is not given to another")
    func revokedTokenIsNotReused() async throws {
        // Token 10 for the session, then its id, then the users' tokens.
        let random = ScriptedRandom(tokens: [10, 1, 21, 22, 22, 21, 23])
        let fixture = try await Fixture.ready(plane: FakePlane(workers: 1), random: random)
        let session = try await fixture.create("1.1.1.1", "1.1.1.1")
        #expect(session.users.map(\.token) == [21, 22])
        _ = try await fixture.service.revokeUser(sessionID: session.id, userToken: 22)
        let user = try await fixture.service.authorizeUser(sessionID: session.id, address: "1.1.1.1").user
        #expect(user.token == 23)
    }

    @Test("Revoking the user who hosts clears the host")
    func revokeHost() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        await fixture.service.handle(
            .hostClaimed(sessionToken: session.token, userToken: session.users[1].token)
        )
        try await eventually { fixture.store.contents.sessions[session.id]?.hostNumber == 2 }
        let after = try await fixture.service.revokeUser(sessionID: session.id, userToken: session.users[1].token)
        #expect(after.hostNumber == nil)
        #expect(fixture.store.contents.sessions[session.id]?.hostNumber == nil)
    }

    @Test("A full session refuses more users and names the limit; a revocation makes room")
    func full() async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(maxUsers: 2))
        let session = try await fixture.create("1.1.1.1", "1.1.1.1")
        let error = try await failure { () async throws(RelayError) in
            _ = try await fixture.service.authorizeUser(sessionID: session.id, address: "1.1.1.1")
        }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("sessions.max_users"))
        _ = try await fixture.service.revokeUser(sessionID: session.id, userToken: session.users[0].token)
        _ = try await fixture.service.authorizeUser(sessionID: session.id, address: "1.1.1.1")
    }

    @Test("When the numbers of a session run out, no user is added")
    func numbersRunOut() async throws {
        var disk = FakeStore.Disk()
        disk.sessions["000000000001-S"] = Session(
            id: "000000000001-S",
            token: 4,
            users: [SessionUser(number: 1, address: "1.1.1.1", token: 8)],
            nextUserNumber: 1 << 19 - 1,
            portPair: .shared,
            ports: PortPair(server: 32000, client: 32001),
            createdInGeneration: 1,
            createdAt: 0,
            sequence: 1
        )
        let fixture = try await Fixture.ready(store: FakeStore(disk))
        let last = try await fixture.service.authorizeUser(sessionID: "000000000001-S", address: "1.1.1.1").user
        #expect(last.number == 524_287)
        let error = try await failure { () async throws(RelayError) in
            _ = try await fixture.service.authorizeUser(sessionID: "000000000001-S", address: "1.1.1.1")
        }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("create a new one"))
    }

    @Test("Unknown sessions and users are 404, the session's own token too; a bad address is 400")
    func errors() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        for (id, token) in [("x-S", session.users[0].token), (session.id, session.token), (session.id, 0)] {
            let error = try await failure { () async throws(RelayError) in
                try await fixture.service.revokeUser(sessionID: id, userToken: token)
            }
            #expect(error.code == .notFound)
        }
        for (id, address, code) in [("x-S", "1.1.1.1", RelayError.Code.notFound), (session.id, "no", .invalid)] {
            let error = try await failure { () async throws(RelayError) in
                _ = try await fixture.service.authorizeUser(sessionID: id, address: address)
            }
            #expect(error.code == code)
        }
        let error = try await failure { () async throws(RelayError) in try await fixture.service.delete(id: "x-S") }
        #expect(error.code == .notFound)
    }

    @Test("When the plane refuses a user, the disk forgets it, and its number stays burnt")
    func planeRefuses() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        fixture.plane.configure { $0.addUserError = .full(limit: 7, key: "sessions.max_users") }
        let error = try await failure { () async throws(RelayError) in
            _ = try await fixture.service.authorizeUser(sessionID: session.id, address: "1.1.1.1")
        }
        #expect(error.code == .unavailable)
        #expect(fixture.store.contents.sessions[session.id]?.users == session.users)
        #expect(try await fixture.service.session(id: session.id).users == session.users)
        fixture.plane.configure { $0.addUserError = nil }
        let user = try await fixture.service.authorizeUser(sessionID: session.id, address: "1.1.1.1").user
        #expect(user.number == 3)
        #expect(await fixture.service.counts.users == 2)
    }

    @Test("When the disk refuses a user, it is not served, and a record that got there all the same is removed")
    func diskRefuses() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        fixture.store.setAfter { _ throws(SessionStoreError) in throw FakeStore.failure }
        _ = try await failure { () async throws(RelayError) in
            _ = try await fixture.service.authorizeUser(sessionID: session.id, address: "1.1.1.1")
        }
        #expect(fixture.plane.now.sessions[session.token]?.users.count == 1)
        #expect(fixture.store.contents.sessions[session.id]?.users.count == 2)
        fixture.store.setAfter(nil)
        await fixture.service.housekeeping()
        try await eventually { fixture.store.contents.sessions[session.id]?.users == session.users }
    }
}
