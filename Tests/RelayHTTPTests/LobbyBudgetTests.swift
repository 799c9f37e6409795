import HTTPTypes
import RelayControl
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("Budgets of the lobby service", .timeLimit(.minutes(10)))
struct LobbyBudgetTests {
    private let start = ContinuousClock.now

    /// Makes calls that cost so much until one is refused.
    /// - Returns: how many were let in, and what the refused one was told.
    private func exhaust(
        _ budget: LobbyBudget,
        _ source: String,
        bytes: Int = 0,
        rows: Int = 0,
        writes: Bool = true,
        after seconds: Int = 0
    ) -> (count: Int, wait: Int) {
        let now = start + .seconds(seconds)
        for count in 0..<1_000_000 {
            if let wait = budget.admit(source, writes: writes, now: now) { return (count, wait) }
            budget.charge(source, bytes: bytes, rows: rows, now: now)
        }
        return (1_000_000, 0)
    }

    @Test(
        "A source is let in until it has used up its calls, bytes or rows, and again when they have filled up",
        arguments: [(0, 0), (1 << 20, 0), (0, 10)]
    )
    func source(bytes: Int, rows: Int) {
        let budget = LobbyBudget(now: start)
        let first = exhaust(budget, "a", bytes: bytes, rows: rows)
        let expected =
            bytes > 0
            ? Int(LobbyBudget.ofSource.bytes.burst) / bytes
            : rows > 0 ? Int(LobbyBudget.ofSource.rows.burst) / rows : Int(LobbyBudget.ofSource.calls.burst)
        #expect((expected...expected + 1).contains(first.count))
        #expect(first.wait >= 1)
        #expect(budget.admit("b", writes: true, now: start) == nil, "others go on")
        let later = exhaust(budget, "a", bytes: bytes, rows: rows, after: first.wait + 1)
        #expect((1..<first.count).contains(later.count))
    }

    @Test("Rows that are owed keep a source from changing things, not from reading")
    func reads() {
        let budget = LobbyBudget(now: start)
        _ = exhaust(budget, "a", rows: 100)
        #expect(budget.admit("a", writes: true, now: start) != nil)
        #expect(budget.admit("a", writes: false, now: start) == nil)
    }

    @Test("Many sources together are bounded, and what is left is for those that use little")
    func together() {
        let budget = LobbyBudget(now: start)
        var bytes = 0
        for number in 0..<6 { bytes += exhaust(budget, "heavy-\(number)", bytes: 1 << 20, writes: false).count << 20 }
        #expect(Double(bytes) <= LobbyBudget.inAll.bytes.burst)
        #expect(budget.admit("newcomer", writes: false, now: start) == nil)
        for number in 0..<6 { #expect(budget.admit("heavy-\(number)", writes: false, now: start) != nil) }
        for number in 6..<100 { bytes += exhaust(budget, "heavy-\(number)", bytes: 1 << 20, writes: false).count << 20 }
        #expect(Double(bytes) <= LobbyBudget.inAll.bytes.burst + Double(1 << 20))
    }

    @Test("Forgotten sources make room for new ones, and busy ones are never forgotten")
    func manySources() {
        let budget = LobbyBudget(now: start)
        _ = exhaust(budget, "busy", rows: 10_000)
        let later = start + .seconds(60)
        for number in 0..<45_000 { _ = budget.admit("\(number)", writes: false, now: later) }
        #expect(budget.admit("busy", writes: true, now: later) != nil)
    }

    @Test("Who is over its budget gets 429 with Retry-After; others and keys are served")
    func refusal() async throws {
        var settings = APIFixture.settings
        settings.trustedProxies = [try #require(IPNetwork("127.0.0.0/8"))]
        let fixture = APIFixture(settings: settings)
        try await fixture.lobbies.restore()
        _ = try await fixture.lobbies.createDeployment("game")
        _ = try await fixture.lobbies.deploy("game")
        let source = LobbyCaller(address: IPAddress(ipv4: 0x7F00_0001)).source
        fixture.lobbyBudget.charge(source, bytes: 1 << 30, rows: 0)
        let refused = try await fixture.send(.get, "/l/game/lobbies", key: nil)
        #expect(refused.status == 429 && refused.message != nil)
        #expect(refused.headers[.retryAfter].flatMap { Int($0) } ?? 0 >= 1)
        #expect(try await fixture.send(.get, "/l/game/lobbies", key: "token key-lobbies").status == 200)
        let other = try await fixture.send(
            .post,
            "/l/game/lobbies:join",
            key: nil,
            body: "{}",
            headers: [.xForwardedFor: "203.0.113.9"]
        )
        #expect(other.status == 400 || other.status == 429, "all together owe a gigabyte")
    }

    @Test("Answers are paid for by their bytes")
    func charged() async throws {
        let fixture = APIFixture()
        try await fixture.lobbies.restore()
        _ = try await fixture.lobbies.createDeployment("game")
        _ = try await fixture.lobbies.deploy("game")
        let host = LobbyCaller(address: IPAddress(ipv4: 0x0B00_0001))
        let request = LobbyRequest(name: "room", capacity: 1000, playerID: "host")
        let id = try await fixture.lobbies.create(request, in: "game", by: host).lobby.id
        for number in 0..<999 {
            let player = "\(number)" + String(repeating: "x", count: 100)
            _ = try await fixture.lobbies.join(id, playerID: player, in: "game", by: host)
        }
        var status = 200
        var calls = 0
        while status == 200, calls < 10_000 {
            status = try await fixture.send(.get, "/l/game/lobbies/\(id)", key: nil).status
            calls += 1
        }
        #expect(status == 429 && calls < 1_000)
    }
}
