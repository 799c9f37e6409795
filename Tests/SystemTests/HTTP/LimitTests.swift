import Foundation
import Synchronization
import Testing

/// The limits of the API.
@Suite(.showsLogOnFailure) struct LimitTests {
    @Test("Past limits.api_rate create and authorize-user are 429, and other calls and later ones are not")
    func rate() throws {
        try withDaemon(["limits.api_rate=3"]) { daemon in
            let api = daemon.api
            let body = #"{"users": [{"ip": "1.1.1.1"}]}"#
            let responses = try (0..<30).map { _ in try api.post(APIClient.sessions, body) }
            let refused = responses.filter { $0.status != 200 }
            #expect(!refused.isEmpty && refused.count < 30)
            for response in refused { expectError(response, 429) }
            let id = try #require(try responses[0].json()["session_id"]?.string)
            #expect(try api.getSession(id).status == 200)
            let later = try holds(within: .seconds(20), every: .milliseconds(200)) {
                try api.authorize(id, ip: "1.1.1.1").status == 200
            }
            #expect(later)
        }
    }

    @Test("limits.api_body is the longest body that is read")
    func body() throws {
        try withDaemon(["limits.api_body=2000"]) { daemon in
            func body(_ length: Int) -> String {
                let start = #"{"users": [{"ip": "1.1.1.1"}], "x": ""#
                return start + String(repeating: "x", count: length - start.count - 2) + #""}"#
            }
            #expect(try daemon.api.post(APIClient.sessions, body(2_000)).status == 200)
            expectError(try daemon.api.post(APIClient.sessions, body(2_001)), 413)
        }
    }

    @Test("Sessions created by many callers at once are all there, each with tokens of its own")
    func concurrentCreates() throws {
        try withDaemon { daemon in
            let address = daemon.apiAddress
            let authorization = "token \(daemon.key)"
            let secrets = daemon.secrets
            let callers = Callers()
            for _ in 0..<8 {
                Thread.detachNewThread {
                    let api = APIClient(address, authorization: authorization, secrets: secrets)
                    for _ in 0..<25 {
                        guard let session = try? api.createSession() else { break }
                        callers.created.withLock { $0.append(session) }
                    }
                    callers.done.withLock { $0 += 1 }
                }
            }
            try #require(holds(within: .seconds(60)) { callers.done.withLock { $0 } == 8 })
            let sessions = callers.created.withLock { $0 }
            #expect(sessions.count == 200)
            #expect(Set(sessions.map(\.token)).count == 200)
            #expect(try daemon.api.get(APIClient.sessions).json()["total_count"]?.int == 200)
            for session in sessions.prefix(10) {
                try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
            }
        }
    }

    /// What the callers share.
    private final class Callers: Sendable {
        let created = Mutex<[RelaySession]>([])
        let done = Mutex(0)
    }
}
