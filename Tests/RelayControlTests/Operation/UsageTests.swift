import RelayControl
import RelayCore
import Testing

@Suite("What a session has used", .timeLimit(.minutes(10)))
struct UsageTests {
    private static let first = Usage(
        datagramsFrom: 10,
        bytesFrom: 1_000,
        datagramsTo: 3,
        bytesTo: 300,
        activeSeconds: 4
    )
    private static let second = Usage(
        datagramsFrom: 1,
        bytesFrom: 50,
        activeSeconds: 1,
        peak: Rate(datagrams: 1, bytes: 50)
    )

    @Test("Each user's figures, their sum, and the session's peak")
    func live() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        fixture.plane.configure {
            $0.usages = [session.users[0].token: Self.first, session.users[1].token: Self.second]
            $0.peak = Rate(datagrams: 9, bytes: 900)
        }
        let usage = try await fixture.service.usage(id: session.id).usage
        #expect(usage.users.map(\.number) == [1, 2])
        #expect(usage.users.map(\.usage) == [Self.first, Self.second])
        #expect(usage.users.map(\.isRevoked) == [false, false])
        #expect(
            usage.total
                == Usage(
                    datagramsFrom: 11,
                    bytesFrom: 1_050,
                    datagramsTo: 3,
                    bytesTo: 300,
                    activeSeconds: 5,
                    peak: Rate(datagrams: 9, bytes: 900)
                )
        )
    }

    @Test("What a user had used before it was revoked stays")
    func revoked() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1", "2.2.2.2")
        let gone = session.users[0]
        fixture.plane.configure { $0.usages = [gone.token: Self.first] }
        _ = try await fixture.service.revokeUser(sessionID: session.id, userToken: gone.token)
        let usage = try await fixture.service.usage(id: session.id).usage
        #expect(usage.users.map(\.number) == [1, 2])
        #expect(usage.users[0] == .init(number: 1, address: "1.1.1.1", isRevoked: true, usage: Self.first))
        #expect(usage.total.bytesFrom == 1_000)
    }

    @Test("Of very many revoked users the oldest are in the total alone")
    func manyRevoked() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        for _ in 0..<260 {
            let user = try await fixture.service.authorizeUser(sessionID: session.id, address: "2.2.2.2").user
            fixture.plane.configure { $0.usages[user.token] = Usage(datagramsFrom: 1) }
            _ = try await fixture.service.revokeUser(sessionID: session.id, userToken: user.token)
        }
        let usage = try await fixture.service.usage(id: session.id).usage
        #expect(usage.users.count == 257)
        #expect(usage.users.map(\.number) == [1] + Array(6...261))
        #expect(usage.unlistedUsers == 4)
        #expect(usage.total.datagramsFrom == 260)
    }

    @Test("Usage and health of a session that is not there are not found")
    func unknown() async throws {
        let fixture = try await Fixture.ready()
        let usage = try await failure { () async throws(RelayError) in try await fixture.service.usage(id: "no-S") }
        #expect(usage.code == .notFound)
        let health = try await failure { () async throws(RelayError) in try await fixture.service.health(id: "no-S") }
        #expect(health.code == .notFound)
    }

    @Test("While the sessions are being restored both are unavailable")
    func restoring() async throws {
        let fixture = Fixture()
        let usage = try await failure { () async throws(RelayError) in try await fixture.service.usage(id: "no-S") }
        #expect(usage.code == .unavailable)
        let health = try await failure { () async throws(RelayError) in try await fixture.service.health(id: "no-S") }
        #expect(health.code == .unavailable)
    }

    @Test("Health says what why says")
    func health() async throws {
        let fixture = try await Fixture.ready()
        let session = try await fixture.create("1.1.1.1")
        let health = try await fixture.service.health(id: session.id)
        #expect(health.inspected.session == session)
        #expect(health.inspected.report != nil)
        #expect(health.findings.map(\.code) == ["nobody_came", "user_never_heard"])
    }
}
