import Testing

/// What holds for every call, whichever it is.
@Suite(.showsLogOnFailure) struct RouterTests {
    @Test("Every answer has a request id; a caller's own comes back, and the log has it")
    func requestIDs() throws {
        try withDaemon(["log.level=debug"]) { daemon in
            for path in ["/", "/readyz", "/nothing", APIClient.sessions, "/l/none/lobbies"] {
                #expect(try daemon.api.get(path).headers["x-request-id"]?.utf8.count == 16, "\(path)")
                let answer = try daemon.api.call("GET", path, headers: [("X-Request-Id", "order-7:4f")])
                #expect(answer.headers["x-request-id"] == "order-7:4f", "\(path)")
            }
            #expect(try daemon.api.post(APIClient.sessions, "{").headers["x-request-id"] != nil)
            #expect(holds(within: .seconds(5)) { daemon.log.contains("order-7:4f") })
        }
    }

    @Test("A session is found by its id as a player reads it out")
    func joinCodes() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            for code in [session.id.uppercased(), String(session.id.dropLast(2)), session.id.dropLast(2).uppercased()] {
                #expect(try daemon.api.getSession(code).json()["session_id"]?.string == session.id)
                #expect(try daemon.api.authorize(code, ip: "1.1.1.1").json()["session_id"]?.string == session.id)
            }
            #expect(try daemon.api.deleteSession(session.id.uppercased()).status == 204)
            expectError(try daemon.api.getSession(session.id), 404)
        }
    }

    @Test("By cursor nobody who lives is skipped when others end")
    func cursor() throws {
        try withDaemon { daemon in
            let created = try (0..<7).map { _ in try daemon.api.createSession().id }
            var seen: [String] = []
            var cursor: String? = ""
            while let place = cursor {
                let part = try expectJSON(daemon.api.get("\(APIClient.sessions)?limit=3&cursor=\(place)"))
                let ids = (part["sessions"]?.array ?? []).compactMap { $0["session_id"]?.string }
                seen += ids
                for id in ids { _ = try daemon.api.deleteSession(id) }
                cursor = part["pagination"]?["next_cursor"]?.string
            }
            #expect(seen == created.reversed())
        }
    }

    @Test("The listener of the metrics answers the health calls, and none of the API's")
    func metricsListener() throws {
        let port = try FreePorts.take()[0]
        try withDaemon(["metrics.listen=127.0.0.1:\(port)"]) { daemon in
            let metrics = APIClient(
                SocketAddress("127.0.0.1", port),
                authorization: "token \(daemon.key)",
                secrets: daemon.secrets
            )
            for path in ["/metrics", "/livez", "/readyz"] { #expect(try metrics.get(path).status == 200, "\(path)") }
            let sessions = try metrics.get(APIClient.sessions)
            #expect(sessions.status == 404)
            #expect(try daemon.api.get("/metrics").status == 404)
            #expect(try daemon.api.get("/readyz").status == 200)
        }
    }

    @Test("A key with the scope monitor sees sessions, and not one token")
    func monitor() throws {
        let config = AuthenticationTests.config([
            ("backend", "the-backend-key-0123456789", ["sessions"]), ("board", "the-board-key-0123456789", ["monitor"]),
        ])
        try withDaemon(config: config, dev: false) { daemon in
            let backend = daemon.api(authorization: "token the-backend-key-0123456789")
            let board = daemon.api(authorization: "token the-board-key-0123456789")
            let session = try backend.createSession(extra: #", "webhook_url": "https://hook.example.net/x?key=s3cret""#)
            for path in [
                APIClient.sessions, "\(APIClient.sessions)/\(session.id)", "\(APIClient.sessions)/\(session.id)/health",
            ] {
                let answer = try board.get(path)
                #expect(answer.status == 200)
                #expect(!answer.text.contains("authorization_token") && !answer.text.contains("s3cret"), "\(path)")
                #expect(!answer.text.contains("\(session.token)") && !answer.text.contains("\(session.users[0].token)"))
            }
            #expect(try board.getSession(session.id).json()["webhook_url"]?.string == "https://hook.example.net")
            expectError(try board.deleteSession(session.id), 403)
        }
    }
}
