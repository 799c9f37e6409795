import Testing

/// `POST /v1/relays/sessions:authorize-user`.
@Suite(.showsLogOnFailure) struct AuthorizeUserTests {
    @Test("The answer carries session_user and not session_users, with the relay and the session's token")
    func shape() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["1.1.1.1"])
            let json = try expectJSON(try daemon.api.authorize(session.id, ip: "2.2.2.2"))
            #expect(!json.keys.contains("session_users"))
            #expect(json["session_id"]?.string == session.id)
            #expect(json["authorization_token"]?.int == Int(session.token))
            #expect(json["relay"] == session.json["relay"])
            #expect(json["status"]?.string == "READY")
            #expect(json["ready"]?.bool == true)
            #expect(json["linked"]?.bool == true)
            #expect(json["session_user"]?.keys == ["ip_address", "authorization_token"])
            #expect(json["session_user"]?["ip_address"]?.string == "2.2.2.2")
            let added = try token(in: json["session_user"])
            #expect((1...UInt32(Int32.max)).contains(added))
            #expect(added != session.users[0].token)
        }
    }

    @Test("The new user is appended to the session")
    func appended() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["5.5.5.5", "4.4.4.4"])
            let third = try daemon.api.addUser(to: session, ip: "3.3.3.3")
            let fourth = try daemon.api.addUser(to: session, ip: "9.9.9.9")
            let now = try RelaySession(daemon.api.getSession(session.id).json())
            let expected = session.users + [.init(ip: "3.3.3.3", token: third), .init(ip: "9.9.9.9", token: fourth)]
            #expect(now.users == expected)
        }
    }

    @Test("The same address again is a new user with a new token")
    func sameAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["1.1.1.1"])
            let tokens = [
                session.users[0].token, try daemon.api.addUser(to: session, ip: "1.1.1.1"),
                try daemon.api.addUser(to: session, ip: "1.1.1.1"),
            ]
            #expect(Set(tokens).count == 3)
            #expect(try RelaySession(daemon.api.getSession(session.id).json()).users.map(\.token) == tokens)
        }
    }

    @Test("Private, zero and IPv6 addresses are accepted and echoed to the letter")
    func lenient() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            for ip in ["10.0.0.1", "0.0.0.0", "2001:DB8::1", "::1"] {
                let json = try expectJSON(try daemon.api.authorize(session.id, ip: ip))
                #expect(json["session_user"]?["ip_address"]?.string == ip)
            }
        }
    }

    @Test("An unknown session is 404, a bad request 400")
    func errors() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let path = "\(APIClient.sessions):authorize-user"
            expectError(try daemon.api.authorize("0123456789ab-S", ip: "1.1.1.1"), 404)
            let bodies = [
                "{}", "[]", "", "{", #"{"session_id": "\#(session.id)"}"#, #"{"user_ip": "1.1.1.1"}"#,
                #"{"session_id": "\#(session.id)", "user_ip": "nonsense"}"#,
                #"{"session_id": "\#(session.id)", "user_ip": ""}"#,
                #"{"session_id": "\#(session.id)", "user_ip": 5}"#,
                #"{"session_id": 5, "user_ip": "1.1.1.1"}"#,
            ]
            for body in bodies { expectError(try daemon.api.post(path, body), 400, "\(body)") }
            #expect(try RelaySession(daemon.api.getSession(session.id).json()).users == session.users)
        }
    }

    @Test("A full session is 503 naming the limit")
    func full() throws {
        try withDaemon(["sessions.max_users=2"]) { daemon in
            let session = try daemon.api.createSession()
            expectError(try daemon.api.authorize(session.id, ip: "1.1.1.1"), 503, naming: "2")
            try daemon.api.removeUser(session.users[0].token, from: session)
            #expect(try daemon.api.authorize(session.id, ip: "1.1.1.1").status == 200)
        }
    }

    @Test("A deleted session is 404")
    func deleted() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            try daemon.api.remove(session)
            expectError(try daemon.api.authorize(session.id, ip: "1.1.1.1"), 404)
        }
    }

    @Test("The colon of the path may arrive as %3A, in either case")
    func encodedColon() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            for colon in ["%3A", "%3a", ":"] {
                let body = #"{"session_id": "\#(session.id)", "user_ip": "1.1.1.1"}"#
                let json = try expectJSON(try daemon.api.post("\(APIClient.sessions)\(colon)authorize-user", body))
                let added = try token(in: json["session_user"])
                let revoke = #"{"session_id": "\#(session.id)", "authorization_token": \#(added)}"#
                try expectJSON(try daemon.api.post("\(APIClient.sessions)\(colon)revoke-user", revoke))
            }
        }
    }
}
