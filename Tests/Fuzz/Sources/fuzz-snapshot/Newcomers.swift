import FuzzDriver
import RelayCore
import TestSupport

/// Two players who come after all that: a relay that took over serves them like any other.
enum Newcomers {
    private static let session: UInt32 = 0x7A00_0001
    private static let host: UInt32 = 0x7A00_0002
    private static let client: UInt32 = 0x7A00_0003

    static func check(_ relay: Relay, _ layout: EngineLayout, now: UInt64) {
        // Settings of small limits are for others; an own source has all guesses left.
        guard let place = PeerAddress(bytes: [10, 200, 0, 1]), add(relay, layout, now: now) else { return }
        let (home, away) = (PeerEndpoint(place, port: 7_001), PeerEndpoint(place, port: 7_002))
        func send(_ bytes: [UInt8], _ source: PeerEndpoint, _ role: PortRole) -> (bytes: [UInt8], target: PeerEndpoint)?
        {
            relay.step(bytes, Arrival(source: source, local: LocalAddress(low: 1), role: role, pair: 0, now: now))
        }
        let hosting = send(Datagrams.ping(user: host, session: session), home, .server)
        Fuzzer.expect(hosting?.bytes == [1, 2], "the newcomers' host is answered \(String(describing: hosting))")
        let playing = send(Datagrams.ping(user: client, session: session), away, .client)
        Fuzzer.expect(playing?.bytes == [1, 2], "the newcomer is answered \(String(describing: playing))")
        let up = send(Datagrams.clientData(user: client, session: session, [8, 9]), away, .client)
        Fuzzer.expect(
            up?.bytes == [2, 2, 0, 0, 0, 8, 9] && up?.target == home,
            "to the host went \(String(describing: up))"
        )
        let down = send(Datagrams.hostData(user: host, session: session, to: 2, [7]), home, .server)
        Fuzzer.expect(down?.bytes == [2, 7] && down?.target == away, "to the player went \(String(describing: down))")
        Fuzzer.expect(relay.engine.removeSession(session, now: now), "the newcomers' session cannot be ended")
        Fuzzer.expect(
            send(Datagrams.clientData(user: client, session: session, [8]), away, .client)?.bytes != [
                2, 2, 0, 0, 0, 8,
            ],
            "forwarded after the end"
        )
    }

    /// - Returns: false where there is no room, which the gauges must tell too.
    private static func add(_ relay: Relay, _ layout: EngineLayout, now: UInt64) -> Bool {
        let users = [UserPlan(userToken: host, connectionID: 1), UserPlan(userToken: client, connectionID: 2)]
        let plan = SessionPlan(sessionToken: session, users: users, rejoinIDs: (1 << 20)..<(1 << 20) + 100)
        let (sessions, live) = (Int(relay.counters[.sessionsNow]), Int(relay.counters[.usersNow]))
        do {
            try relay.engine.add(plan, now: now)
            return true
        } catch .sessionsFull {
            Fuzzer.expect(sessions == layout.sessionCapacity, "no room beside \(sessions) sessions")
        } catch .usersFull {
            Fuzzer.expect(live + 2 > layout.userCapacity, "no room beside \(live) users")
        } catch {
            Fuzzer.fail("the newcomers are turned away: \(error)")
        }
        return false
    }
}
