import RelayControl
import RelayCore
import Testing

@Suite("How lobbies end by themselves", .timeLimit(.minutes(10)))
struct LobbyExpiryTests {
    private func isGone(_ id: String, _ fixture: LobbyFixture) async throws -> Bool {
        try await fixture.list().allSatisfy { $0.id != id }
    }

    @Test("A lobby that is not started ends when no request named it for the idle limit")
    func idle() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        fixture.sessions.clock.advance(by: 599)
        _ = try await fixture.get(lobby.id, by: LobbyFixture.stranger)
        fixture.sessions.clock.advance(by: 599)
        await fixture.lobbies.sweep()
        #expect(try await !isGone(lobby.id, fixture))
        fixture.sessions.clock.advance(by: 1)
        await fixture.lobbies.sweep()
        #expect(try await isGone(lobby.id, fixture))
    }

    @Test(
        "A started lobby ends when its host is silent, or never came, for long enough",
        arguments: [
            (59_999, 1000.0, false), (60_000, 1000.0, true), (60_000, 59.0, false), (nil, 119.0, false),
            (nil, 120.0, true),
        ] as [(UInt32?, Double, Bool)]
    )
    func silence(hostSilence: UInt32?, after: Double, ends: Bool) async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        _ = try await fixture.start(lobby.id)
        fixture.activity.now = SessionActivity(hostSilence: hostSilence, silence: 0)
        fixture.sessions.clock.advance(by: after)
        await fixture.lobbies.sweep()
        #expect(try await isGone(lobby.id, fixture) == ends)
        #expect(await fixture.sessions.service.counts.sessions == (ends ? 0 : 1))
    }

    @Test("While its host lists the service, or somebody listens, a lobby is not forgotten")
    func directoryOnly() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let other = try await fixture.create(by: LobbyFixture.joiner)
        for _ in 0..<300 {
            fixture.sessions.clock.advance(by: 3)
            _ = try await fixture.list(by: LobbyFixture.host)
            await fixture.lobbies.sweep()
        }
        #expect(try await !isGone(lobby.id, fixture))
        #expect(try await isGone(other.id, fixture), "a list of somebody else keeps nothing alive")
        let events = try await fixture.lobbies.events(of: lobby.id, in: "game", by: LobbyFixture.stranger)
        fixture.sessions.clock.advance(by: 601)
        await fixture.lobbies.sweep()
        #expect(try await !isGone(lobby.id, fixture))
        withExtendedLifetime(events) {}
    }

    @Test("The lobby's host has the role from the start; until it comes it has twice the time")
    func hostFromTheStart() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let started = try await fixture.start(lobby.id)
        let plan = try #require(fixture.sessions.plane.now.plans.last)
        #expect(plan.hostUserToken != nil && plan.hostUserToken == started.lobby.host?.token)
        for (after, ends) in [(60.0, false), (59.0, false), (1.0, true)] {
            fixture.sessions.clock.advance(by: after)
            let served = fixture.sessions.clock.now - 1_700_000_000
            fixture.activity.now = SessionActivity(hostSilence: UInt32(served * 1000), silence: 0)
            await fixture.lobbies.sweep()
            #expect(try await isGone(lobby.id, fixture) == ends, "\(served) s")
        }
    }

    @Test("A host that is heard is asked about again, and its later silence is noticed")
    func laterSilence() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        _ = try await fixture.start(lobby.id)
        fixture.activity.now = SessionActivity(hostSilence: 20_000, silence: 0)
        fixture.sessions.clock.advance(by: 60)
        await fixture.lobbies.sweep()
        #expect(try await !isGone(lobby.id, fixture))
        fixture.activity.now = SessionActivity(hostSilence: 60_000, silence: 0)
        fixture.sessions.clock.advance(by: 40)
        await fixture.lobbies.sweep()
        #expect(try await isGone(lobby.id, fixture))
    }

    @Test("When the relay session ends, the lobby ends with it")
    func sessionEnded() async throws {
        let fixture = try await LobbyFixture.deployed()
        let (ids, input) = AsyncStream.makeStream(of: String.self)
        await fixture.sessions.service.observeEnds { input.yield($0) }
        let lobby = try await fixture.create()
        let session = try #require(try await fixture.start(lobby.id).session)
        try await fixture.sessions.service.delete(id: session.id)
        var iterator = ids.makeAsyncIterator()
        #expect(await iterator.next() == session.id)
        await fixture.lobbies.sessionEnded(session.id)
        #expect(try await isGone(lobby.id, fixture))
    }

    @Test("Listeners hear who comes and goes, the start and the end, and then nothing more")
    func events() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        let events = try await fixture.lobbies.events(of: lobby.id, in: "game", by: LobbyFixture.stranger)
        _ = try await fixture.join(lobby.id)
        _ = try await fixture.start(lobby.id)
        try await fixture.lobbies.leave(lobby.id, playerID: "ada", in: "game", by: LobbyFixture.joiner)
        try await fixture.lobbies.delete(lobby.id, in: "game", by: LobbyFixture.host)
        var heard: [LobbyEvent] = []
        for await event in events { heard.append(event) }
        #expect(
            heard == [
                .state(lobby), .playerJoined(id: "ada", playerCount: 2), .started,
                .playerLeft(id: "ada", playerCount: 1), .ended(reason: "the host ended it"),
            ]
        )
        #expect(await fixture.lobbies.counts.listeners == 0)
    }
}
