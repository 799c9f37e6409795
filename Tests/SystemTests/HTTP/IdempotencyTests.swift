import Glibc
import Testing

/// Calls that a backend sends again since it never saw the answer.
@Suite(.showsLogOnFailure) struct IdempotencyTests {
    private static let body = #"{"users": [{"ip": "1.1.1.1"}, {"ip": "2.2.2.2"}]}"#

    private func create(_ api: APIClient, _ key: String, body: String = body) throws -> HTTPResponse {
        try api.call("POST", APIClient.sessions, body: body, headers: [("Idempotency-Key", key)])
    }

    private func count(_ api: APIClient) throws -> Int? {
        try api.get(APIClient.sessions).json()["total_count"]?.int
    }

    @Test(
        "The same call gives the same answer to the letter, after a revocation and a SIGKILL too; another body is 422"
    )
    func again() throws {
        try withDaemon { daemon in
            let first = try create(daemon.api, "order-1")
            let session = try RelaySession(first.json())
            let added = try daemon.api.call(
                "POST",
                "\(APIClient.sessions):authorize-user",
                body: #"{"session_id": "\#(session.id)", "user_ip": "3.3.3.3"}"#,
                headers: [("Idempotency-Key", "order-1")]
            )
            #expect(added.status == 200, "another call's key: \(added.text)")
            try daemon.api.removeUser(session.users[0].token, from: session)
            for isRestarted in [false, true] {
                if isRestarted { try daemon.killAndRestart() }
                #expect(try create(daemon.api, "order-1").body == first.body)
                let addedAgain = try daemon.api.call(
                    "POST",
                    "\(APIClient.sessions):authorize-user",
                    body: #"{ "user_ip": "3.3.3.3", "session_id": "\#(session.id)"}"#,
                    headers: [("Idempotency-Key", "order-1")]
                )
                #expect(addedAgain.body == added.body)
                expectError(try create(daemon.api, "order-1", body: #"{"users": [{"ip": "1.1.1.1"}]}"#), 422)
                #expect(try count(daemon.api) == 1)
                #expect(try daemon.api.getSession(session.id).json()["session_users"]?.array?.count == 2)
            }
            try daemon.api.remove(session)
            expectError(try create(daemon.api, "order-1"), 409, naming: "ended")
            #expect(try count(daemon.api) == 0)
            #expect(try create(daemon.api, "order-2").status == 200)
        }
    }

    @Test("Many at once under one key make one session")
    func concurrent() throws {
        try withDaemon { daemon in
            let sockets = try (0..<16).map { _ in try send(to: daemon, key: "once") }
            var bodies: Set<String> = []
            for socket in sockets {
                var text = ""
                while !text.hasSuffix("}}}"), let bytes = try socket.receive(within: .seconds(20)), !bytes.isEmpty {
                    text += String(decoding: bytes, as: UTF8.self)
                }
                #expect(text.hasPrefix("HTTP/1.1 200 "), "\(text)")
                bodies.insert(String(text[(text.firstRange(of: "\r\n\r\n")?.upperBound ?? text.startIndex)...]))
            }
            #expect(bodies.count == 1)
            #expect(try count(daemon.api) == 1)
        }
    }

    @Test("What was refused is not kept")
    func refusals() throws {
        try withDaemon(["sessions.max=1"]) { daemon in
            let holder = try daemon.api.createSession()
            expectError(try create(daemon.api, "later"), 503)
            try daemon.api.remove(holder)
            #expect(try create(daemon.api, "later").status == 200)
        }
    }

    @Test("Killed at any moment while keyed creates arrive, a retry never makes a second session", arguments: 1...3)
    func killed(round: Int) throws {
        try withDaemon { daemon in
            for key in 0..<6 {
                let socket = try send(to: daemon, key: "kill-\(key)")
                pause(.milliseconds(3 * key + round))
                try withExtendedLifetime(socket) { try daemon.killAndRestart() }
                // Whatever became of the first.
                let session = try RelaySession(create(daemon.api, "kill-\(key)").json())
                #expect(session.users.count == 2)
                #expect(try create(daemon.api, "kill-\(key)").json()["session_id"]?.string == session.id)
                #expect(try count(daemon.api) == key + 1)
            }
        }
    }

    /// Sends a create on a connection of its own, and does not wait for the answer.
    private func send(to daemon: TestDaemon, key: String) throws -> Socket {
        let socket = try Socket(daemon.apiAddress.family, SOCK_STREAM)
        try socket.connect(daemon.apiAddress)
        let head = """
            POST \(APIClient.sessions) HTTP/1.1\r\nHost: localhost\r\nAuthorization: token \(daemon.key)\r\n\
            Idempotency-Key: \(key)\r\nContent-Length: \(Self.body.utf8.count)\r\n\r\n
            """
        try socket.send(Array((head + Self.body).utf8)[...])
        return socket
    }
}
