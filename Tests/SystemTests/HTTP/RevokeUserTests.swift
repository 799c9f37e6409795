import Testing

/// `POST /v1/relays/sessions:revoke-user`.
@Suite(.showsLogOnFailure) struct RevokeUserTests {
    @Test("The token may be a number or the number as a string; the answer is the session without that user")
    func numberOrString() throws {
        try withDaemon { daemon in
            for quote in ["", "\""] {
                let session = try daemon.api.createSession(users: ["1.1.1.1", "2.2.2.2", "3.3.3.3"])
                let token = "\(quote)\(session.users[1].token)\(quote)"
                let json = try expectJSON(try daemon.api.revoke(session.id, token: token))
                let answer = try RelaySession(json)
                #expect(answer.users == [session.users[0], session.users[2]])
                #expect(answer.id == session.id)
                #expect(answer.token == session.token)
                #expect(try daemon.api.getSession(session.id).json() == json)
            }
        }
    }

    @Test("The session's own token, an unknown token and an unknown session are 404")
    func notFound() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let other = try daemon.api.createSession()
            for token in [session.token, 5, other.users[0].token] {
                expectError(try daemon.api.revoke(session.id, token: String(token)), 404, "\(token)")
                expectError(try daemon.api.revoke(session.id, token: "\"\(token)\""), 404, "\(token)")
            }
            expectError(try daemon.api.revoke("0123456789ab-S", token: String(session.users[0].token)), 404)
            #expect(try daemon.api.getSession(session.id).json() == session.json)
        }
    }

    @Test("A token revoked twice is 404 the second time")
    func twice() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            try daemon.api.removeUser(session.users[1].token, from: session)
            expectError(try daemon.api.revoke(session.id, token: String(session.users[1].token)), 404)
        }
    }

    @Test("What is no valid request is 400")
    func badRequests() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            for token in ["\"nonsense\"", "\"\"", "null", "true", "[]", "{}", "1.5"] {
                expectError(try daemon.api.revoke(session.id, token: token), 400, "\(token)")
            }
            for body in ["", "{}", "[]", #"{"session_id": "\#(session.id)"}"#, #"{"authorization_token": 5}"#] {
                expectError(try daemon.api.post("\(APIClient.sessions):revoke-user", body), 400, "\(body)")
            }
        }
    }

    @Test("The last user may be revoked; the session lives on and takes new users")
    func lastUser() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["1.1.1.1"])
            let json = try expectJSON(try daemon.api.revoke(session.id, token: String(session.users[0].token)))
            #expect(json["session_users"] == .array([]))
            let added = try daemon.api.addUser(to: session)
            #expect(added != session.users[0].token)
        }
    }
}
