import RelayControl
import RelayCore
import Testing

@Suite("What an operator asks and orders")
struct OperatorTests {
    @Test("A user is revoked by its number, and nobody else is")
    func revoke() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2", "3.3.3.3")
        try await fixture.service.revokeUser(sessionID: session.id, number: 2)
        let left = try await fixture.service.inspect(id: session.id)
        #expect(left.session.users.map(\.number) == [1, 3])
        #expect(!fixture.plane.accepts(session: session.token, user: session.users[1].token))
        #expect(fixture.plane.accepts(session: session.token, user: session.users[2].token))
    }

    @Test("A number that no user has is refused, and is not repeated: it may be a token")
    func unknownUser() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        let token = Int32(session.users[1].token)
        let error = try await failure { () async throws(RelayError) in
            try await fixture.service.revokeUser(sessionID: session.id, number: token)
        }
        #expect(error.code == .notFound)
        #expect(error.message.contains("1, 2"))
        #expect(!error.message.contains("\(token)"))
        #expect(fixture.plane.accepts(session: session.token, user: session.users[1].token))
    }

    @Test("Sessions are listed newest first with what the plane knows of them")
    func list() async throws {
        let fixture = try await Fixture.ready()
        let first = try await fixture.create("1.1.1.1")
        let second = try await fixture.create("1.1.1.1", "2.2.2.2")
        let page = try await fixture.service.inspect(page: 1, limit: 1)
        #expect(page.total == 2)
        #expect(page.sessions.map(\.session.id) == [second.id])
        #expect(page.sessions.first?.report?.users.count == 2)
        #expect(try await fixture.service.inspect(page: 2, limit: 1).sessions.map(\.session.id) == [first.id])
        let error = try await failure { () async throws(RelayError) in try await fixture.service.inspect(id: "none") }
        #expect(error.code == .notFound)
    }

    @Test("A session without a port to be served on is shown as parked")
    func parked() async throws {
        let fixture = try await Fixture.ready(settings: SessionSettings(dedicatedPairs: 2))
        try await fixture.create("1.1.1.1")
        let second = try await fixture.create("1.1.1.1")
        let smaller = try await fixture.restarted(settings: SessionSettings(dedicatedPairs: 1))
        let inspected = try await smaller.service.inspect(id: second.id)
        #expect(inspected.isParked)
        #expect(inspected.report == nil)
    }
}
