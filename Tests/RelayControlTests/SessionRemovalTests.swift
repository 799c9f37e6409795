import RelayControl
import RelayCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionRemovalTests {
    @Test("A deleted session is cut off before it leaves the disk, and its token stays reserved")
    func delete() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        let plane = fixture.plane
        fixture.store.setBefore { change throws(SessionStoreError) in
            if case .removeSession = change { #expect(plane.now.sessions.isEmpty) }
        }
        try await fixture.service.delete(id: session.id)
        #expect(fixture.store.contents.sessions.isEmpty)
        #expect(fixture.store.contents.reservedTokens == [session.token: fixture.clock.now])
        #expect(await fixture.service.counts == SessionCounts(reservedTokens: 1))
        let error = try await failure { () async throws(RelayError) in try await fixture.service.session(id: session.id)
        }
        #expect(error.code == .notFound)
    }

    @Test("A token is free again after 24 hours, on disk too")
    func reservation() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        try await fixture.service.delete(id: session.id)
        fixture.clock.advance(by: 86_400)
        await fixture.service.housekeeping()
        #expect(fixture.store.contents.reservedTokens.count == 1)
        fixture.clock.advance(by: 1)
        await fixture.service.housekeeping()
        #expect(fixture.store.contents.reservedTokens.isEmpty)
        #expect(await fixture.service.counts.reservedTokens == 0)
    }

    @Test("A deletion that the disk refuses cuts off all the same, says so, and can be retried")
    func deleteOnBrokenDisk() async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(dedicatedPairs: 2))
        let session = try await fixture.create("1.1.1.1")
        fixture.store.setBefore { _ throws(SessionStoreError) in throw FakeStore.failure }
        for _ in 0..<2 {
            let error = try await failure { () async throws(RelayError) in
                try await fixture.service.delete(id: session.id)
            }
            #expect(error.code == .unavailable)
            #expect(error.message.contains("cut off now") && error.message.contains("retry"))
        }
        #expect(fixture.plane.now.sessions.isEmpty)
        #expect(fixture.store.contents.sessions.count == 1)
        fixture.store.setBefore(nil)
        // The pair is not given to another before the removal is durable.
        #expect(try await fixture.create("1.1.1.1").portPair == .dedicated(1))
        try await eventually { fixture.store.contents.sessions[session.id] == nil }
        try await eventually { await fixture.service.counts.unsettledRemovals == 0 }
        #expect(try await fixture.create("1.1.1.1").portPair == .dedicated(0))
    }

    @Test("A retried deletion succeeds as soon as the disk answers, then the session is unknown")
    func retriedDelete() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        fixture.store.setBefore { _ throws(SessionStoreError) in throw FakeStore.failure }
        _ = try await failure { () async throws(RelayError) in try await fixture.service.delete(id: session.id) }
        fixture.store.setBefore(nil)
        try await fixture.service.delete(id: session.id)
        #expect(fixture.store.contents.sessions.isEmpty)
        let error = try await failure { () async throws(RelayError) in try await fixture.service.delete(id: session.id)
        }
        #expect(error.code == .notFound)
    }

    @Test("A revocation that the disk refuses cuts off all the same, says so, and is made durable later")
    func revokeOnBrokenDisk() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        let gone = session.users[0]
        fixture.store.setBefore { _ throws(SessionStoreError) in throw FakeStore.failure }
        for _ in 0..<2 {
            let error = try await failure { () async throws(RelayError) in
                try await fixture.service.revokeUser(sessionID: session.id, userToken: gone.token)
            }
            #expect(error.code == .unavailable)
            #expect(error.message.contains("cut off now"))
        }
        #expect(!fixture.plane.accepts(session: session.token, user: gone.token))
        #expect(try await fixture.service.session(id: session.id).users == [session.users[1]])
        fixture.store.setBefore(nil)
        await fixture.service.housekeeping()
        try await eventually { fixture.store.contents.sessions[session.id]?.users == [session.users[1]] }
        // Settled: now it is simply unknown.
        try await eventually { await fixture.service.counts.unsettledRemovals == 0 }
        let error = try await failure { () async throws(RelayError) in
            try await fixture.service.revokeUser(sessionID: session.id, userToken: gone.token)
        }
        #expect(error.code == .notFound)
    }
}
