import BenchKit
import NIOHTTP1
import Synchronization
import Testing

@Suite("Sessions through the API", .timeLimit(.minutes(10)))
struct HTTPSessionProviderTests {
    private static func session(_ number: Int, users: Int = 3, ready: Bool = true) -> String {
        ready ? SessionAnswer.ready(number, users: users) : SessionAnswer.placing(number)
    }

    private func withProvider<Value>(
        _ script: @escaping ScriptedAPI.Script,
        _ body: (HTTPSessionProvider, ScriptedAPI) async throws -> Value
    ) async throws -> Value {
        let api = try await ScriptedAPI.start(script)
        let provider = HTTPSessionProvider(target: api.target + "/", key: "secret-key")
        let result: Result<Value, any Error>
        do { result = .success(try await body(provider, api)) } catch { result = .failure(error) }
        await provider.shutdown()
        await api.stop()
        return try result.get()
    }

    @Test("Sessions are created over few connections that stay open, with the address that the API sees")
    func creation() async throws {
        let script: ScriptedAPI.Script = { request, number in
            request.path == "/v1/ip" ? (200, #"{"public_ip":"203.0.113.9"}"#) : (200, Self.session(number))
        }
        try await withProvider(script) { provider, api in
            let sessions = try await provider.createSessions(count: 100, users: 3)
            #expect(sessions.count == 100)
            #expect(Set(sessions.map(\.id)).count == 100)
            #expect(api.connections <= 33)
            let posts = api.requests.filter { $0.method == .POST }
            #expect(posts.count == 100)
            #expect(posts.allSatisfy { $0.path == "/v1/relays/sessions" && $0.authorization == "token secret-key" })
            #expect(posts.first?.body == #"{"users":[{"ip":"203.0.113.9"},{"ip":"203.0.113.9"},{"ip":"203.0.113.9"}]}"#)
        }
    }

    @Test("Everything that players need is read from the session")
    func reading() async throws {
        let script: ScriptedAPI.Script = { _, number in number == 0 ? (404, "{}") : (200, Self.session(7)) }
        try await withProvider(script) { provider, _ in
            let sessions = try await provider.createSessions(count: 1, users: 3)
            #expect(
                sessions == [
                    BenchSession(
                        id: "s7",
                        sessionToken: 5007,
                        userTokens: [71, 72, 73],
                        relayIP: "192.0.2.7",
                        relayHost: "r.example.net",
                        serverPort: 32000,
                        clientPort: 32001
                    )
                ]
            )
        }
    }

    @Test("A session that is still being placed is asked for again until it is ready")
    func placement() async throws {
        let script: ScriptedAPI.Script = { request, number in
            (200, Self.session(1, ready: request.method == .GET && number >= 3))
        }
        try await withProvider(script) { provider, api in
            let sessions = try await provider.createSessions(count: 1, users: 3)
            #expect(sessions.first?.sessionToken == 5001)
            #expect(api.requests.last?.path == "/v1/relays/sessions/s1")
        }
    }

    @Test("Deleting names the sessions; those gone already are no failure, refused ones are counted")
    func deletion() async throws {
        let script: ScriptedAPI.Script = { request, number in
            switch (request.method, request.path) {
            case (.DELETE, "/v1/relays/sessions/s1"): (204, "")
            case (.DELETE, "/v1/relays/sessions/s2"): (404, "{}")
            case (.DELETE, _): (500, "{}")
            default: (200, Self.session(number))
            }
        }
        try await withProvider(script) { provider, _ in
            let sessions = try await provider.createSessions(count: 3, users: 3)
            #expect(sessions.map(\.id).sorted() == ["s1", "s2", "s3"])
            #expect(await provider.deleteSessions(sessions) == 1)
        }
    }

    @Test(
        "Refusals are told in words with the API's own message and what to do, and never with the key",
        arguments: [
            (401, "key"), (403, "scope"), (400, "--clients"), (413, "limits.api_body"), (429, "limits"),
            (503, "sessions.max"), (500, "log"),
        ]
    )
    func refusals(status: Int, advice: String) async throws {
        let script: ScriptedAPI.Script = { request, _ in
            request.path == "/v1/ip" && status != 401 ? (200, "{}") : (status, #"{"message":"the reason"}"#)
        }
        let error = await #expect(throws: BenchError.self) {
            try await withProvider(script) { provider, _ in _ = try await provider.createSessions(count: 2, users: 3) }
        }
        let text = try #require(error).description
        #expect(text.contains("\(status)"))
        #expect(text.contains("the reason"))
        #expect(text.contains(advice))
        #expect(!text.contains("secret-key"))
    }

    @Test("When the relay runs full half way, the sessions made so far are deleted again")
    func halfWay() async throws {
        let made = Atomic<Int>(0)
        let script: ScriptedAPI.Script = { request, number in
            guard request.method == .POST else { return (204, "") }
            return made.add(1, ordering: .relaxed).newValue <= 5
                ? (200, Self.session(number)) : (503, #"{"message":"full"}"#)
        }
        try await withProvider(script) { provider, api in
            let error = await #expect(throws: BenchError.self) {
                try await provider.createSessions(count: 6, users: 3)
            }
            #expect(error?.description.contains("full") == true)
            let deleted = api.requests.filter { $0.method == .DELETE }
            #expect(deleted.count == 5)
            #expect(Set(deleted.map(\.path)).count == 5)
        }
    }

    @Test("An answer that is no session, or one for too few users, is refused")
    func nonsense() async throws {
        for body in ["<html>", "{}", Self.session(1, users: 2)] {
            await #expect(throws: BenchError.self) {
                let script: ScriptedAPI.Script = { _, _ in (200, body) }
                try await withProvider(script) { provider, _ in
                    _ = try await provider.createSessions(count: 1, users: 3)
                }
            }
        }
    }

    @Test("An API that is not there, and a target that is no address, are named")
    func unreachable() async throws {
        for target in ["http://127.0.0.1:1", "localhost:8080", "not an address", ""] {
            let provider = HTTPSessionProvider(target: target, key: "secret-key")
            let error = await #expect(throws: BenchError.self) {
                try await provider.createSessions(count: 1, users: 2)
            }
            #expect(error?.description.contains("--target") == true)
            #expect(error?.description.contains("secret-key") == false)
            await provider.shutdown()
        }
    }
}
