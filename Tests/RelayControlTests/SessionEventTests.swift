import RelayControl
import RelayCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionEventTests {
    @Test("Who hosts and that a session was used become durable")
    func hostAndUse() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        for _ in 0..<3 {
            await fixture.service.handle(.sessionUsed(sessionToken: session.token))
            await fixture.service.handle(
                .hostClaimed(sessionToken: session.token, userToken: session.users[1].token)
            )
        }
        let now = try await fixture.service.session(id: session.id)
        #expect(now.wasUsed && now.hostNumber == 2)
        try await eventually {
            fixture.store.contents.sessions[session.id]?.wasUsed == true
                && fixture.store.contents.sessions[session.id]?.hostNumber == 2
        }
        #expect(fixture.store.contents.log.filter { $0 == "markUsed" }.count == 1)
        #expect(fixture.store.contents.log.filter { $0 == "setHost" }.count == 1)
    }

    @Test("A host that the disk did not take is written once it answers")
    func hostOnBrokenDisk() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        fixture.store.setBefore { _ throws(SessionStoreError) in throw FakeStore.failure }
        await fixture.service.handle(.hostClaimed(sessionToken: session.token, userToken: session.users[0].token))
        try await eventually { fixture.log.messages.contains { $0.contains("not durable yet") } }
        fixture.store.setBefore(nil)
        try await eventually {
            await fixture.service.housekeeping()
            return fixture.store.contents.sessions[session.id]?.hostNumber == 1
        }
    }

    @Test("An idle session ends, once, however often the plane says so")
    func idle() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        for _ in 0..<5 { await fixture.service.handle(.sessionIdle(sessionToken: session.token)) }
        try await eventually { fixture.store.contents.sessions.isEmpty }
        #expect(fixture.plane.now.sessions.isEmpty)
        #expect(fixture.store.contents.log.filter { $0 == "removeSession" }.count == 1)
        #expect(fixture.log.messages.contains { $0.contains(session.id) && $0.contains("no traffic") })
        #expect(!fixture.log.messages.contains { $0.contains("\(session.token)") })
    }

    @Test("A thousand idle sessions end, and no more than 64 at a time")
    func idleCrowd() async throws {
        let fixture = try await Fixture.ready()
        var tokens: [UInt32] = []
        for _ in 0..<1000 { tokens.append(try await fixture.create("1.1.1.1").token) }
        let gauge = Gauge()
        fixture.store.setBefore { _ throws(SessionStoreError) in
            gauge.enter()
            // The first waits for company, which never comes where sessions end one by one.
            for _ in 0..<1_000 where gauge.most < 2 { try? await Task.sleep(for: .milliseconds(1)) }
            gauge.leave()
        }
        for token in tokens { await fixture.service.handle(.sessionIdle(sessionToken: token)) }
        try await eventually { fixture.store.contents.sessions.isEmpty }
        #expect(gauge.most > 1 && gauge.most <= 64)
    }

    @Test("Events on unknown tokens are ignored")
    func unknown() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        await fixture.service.handle(.hostClaimed(sessionToken: session.token, userToken: session.token))
        await fixture.service.handle(.hostClaimed(sessionToken: 1, userToken: 1))
        await fixture.service.handle(.sessionUsed(sessionToken: 1))
        await fixture.service.handle(.sessionIdle(sessionToken: 1))
        await fixture.service.housekeeping()
        #expect(fixture.store.contents.log == ["createSession"])
        #expect(try await fixture.service.session(id: session.id) == session)
    }
}
