import BenchKit
import Testing

@Suite("Forwarders without an API")
struct ForwarderTests {
    private func plan(_ wire: RunPlan.Wire, sessions: Int = 3) -> RunPlan {
        var plan = RunPlan()
        plan.wire = wire
        plan.sessions = sessions
        return plan
    }

    private func sessions(_ text: String, _ wire: RunPlan.Wire) async throws -> [BenchSession] {
        let forwarder = try Forwarder(text: text, plan: plan(wire))
        return try await StaticSessionProvider(forwarder: forwarder, wire: wire).createSessions(count: 3, users: 9)
    }

    @Test("Relay: server port first, client port second, in every session")
    func relay() async throws {
        let sessions = try await sessions("127.0.0.1:30001,30002", .relay)
        #expect(sessions.map(\.serverPort) == [30_001, 30_001, 30_001])
        #expect(sessions.map(\.clientPort) == [30_002, 30_002, 30_002])
        #expect(sessions.allSatisfy { $0.relayIP == "127.0.0.1" })
    }

    @Test("TURN: one port")
    func turn() async throws {
        let sessions = try await sessions("127.0.0.1:3478", .turn)
        #expect(sessions.allSatisfy { $0.clientPort == 3478 && $0.serverPort == 3478 })
    }

    @Test("Plain: first client port first, first host port second, each session one further")
    func plain() async throws {
        let sessions = try await sessions("127.0.0.1:31500,31600", .plain)
        #expect(sessions.map(\.clientPort) == [31_500, 31_501, 31_502])
        #expect(sessions.map(\.serverPort) == [31_600, 31_601, 31_602])
    }

    @Test("Tokens are those of a relay, 1 to 2^31 - 1, and each is somebody's own")
    func tokens() async throws {
        let sessions = try await sessions("127.0.0.1:30001,30002", .relay)
        let tokens = sessions.flatMap { $0.userTokens + [$0.sessionToken] }
        #expect(tokens.count == 30)
        #expect(Set(tokens).count == 30)
        #expect(tokens.allSatisfy { (1...0x7FFF_FFFF).contains($0) })
        let forwarder = try Forwarder(text: "[::1]:1,2", plan: plan(.relay))
        #expect(await StaticSessionProvider(forwarder: forwarder, wire: .relay).deleteSessions(sessions) == 0)
    }

    @Test(
        "A forwarder that does not fit the wire is refused with the form that does",
        arguments: [
            ("127.0.0.1:30001", .relay, "HOST:SERVER_PORT,CLIENT_PORT"),
            ("127.0.0.1:1,2,3", .relay, "HOST:SERVER_PORT,CLIENT_PORT"),
            ("127.0.0.1,30001", .relay, "HOST:SERVER_PORT,CLIENT_PORT"),
            ("127.0.0.1:1,0", .relay, "HOST:SERVER_PORT,CLIENT_PORT"),
            ("127.0.0.1:1,x", .relay, "HOST:SERVER_PORT,CLIENT_PORT"),
            ("", .relay, "HOST:SERVER_PORT,CLIENT_PORT"),
            ("127.0.0.1:1,2", .turn, "HOST:PORT, the TURN server's UDP port"),
            ("127.0.0.1:31500", .plain, "HOST:FIRST_CLIENT_PORT,FIRST_HOST_PORT"),
            ("127.0.0.1:31500,65534", .plain, "ports up to 65536 for 3 sessions"),
            ("127.0.0.1:31500,31502", .plain, "overlap"),
        ] as [(String, RunPlan.Wire, String)]
    )
    func forms(text: String, wire: RunPlan.Wire, words: String) {
        let error = #expect(throws: BenchError.self) { try Forwarder(text: text, plan: plan(wire)) }
        #expect(error?.description.contains("--forwarder \(text)") == true)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test("Wires without an API need a forwarder, the relay's does not")
    func needed() throws {
        #expect(try Forwarder.named(nil, plan: plan(.relay)) == nil)
        for wire in [RunPlan.Wire.turn, .plain] {
            let error = #expect(throws: BenchError.self) { try Forwarder.named(nil, plan: plan(wire)) }
            #expect(error?.description.contains("--wire \(wire.rawValue) needs --forwarder") == true)
        }
    }

    @Test("Hosts wait on 127.0.0.1, so a TURN server must be there", arguments: ["[::1]:9", "192.0.2.1:9"])
    func loopback(text: String) async throws {
        let provider = StaticSessionProvider(forwarder: try Forwarder(text: text, plan: plan(.turn)), wire: .turn)
        let error = await #expect(throws: BenchError.self) { try await provider.createSessions(count: 1, users: 2) }
        #expect(error?.description.contains("must be on this machine") == true)
    }
}
