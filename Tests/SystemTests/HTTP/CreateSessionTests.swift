import Foundation
import Testing

/// `POST /v1/relays/sessions`.
@Suite(.showsLogOnFailure) struct CreateSessionTests {
    @Test("The answer is the documented session object, ready, without nulls and without keys that say nothing")
    func shape() throws {
        try withDaemon { daemon in
            let users = #"[{"ip": "1.1.1.1"}, {"ip": "2.2.2.2"}]"#
            let response = try daemon.api.post(APIClient.sessions, #"{"users": \#(users)}"#)
            let json = try expectJSON(response)
            #expect(
                json.keys == [
                    "session_id", "authorization_token", "status", "ready", "linked", "session_users", "relay",
                ]
            )
            #expect(json["status"]?.string == "READY")
            #expect(json["ready"]?.bool == true)
            #expect(json["linked"]?.bool == true)
            let id = try #require(json["session_id"]?.string)
            #expect(id.wholeMatch(of: /[0-9a-f]{12}-S/) != nil, "\(id)")
            let token = try #require(json["authorization_token"]?.int)
            #expect((1...Int(Int32.max)).contains(token))
            let sessionUsers = try #require(json["session_users"]?.array)
            #expect(sessionUsers.map { $0["ip_address"]?.string } == ["1.1.1.1", "2.2.2.2"])
            for user in sessionUsers {
                #expect(user.keys == ["ip_address", "authorization_token"])
                #expect((1...Int(Int32.max)).contains(try #require(user["authorization_token"]?.int)))
            }
            let relay = try #require(json["relay"])
            #expect(relay.keys == ["ip", "host", "ports"])
            #expect(relay["ip"]?.string == "127.0.0.1")
            #expect(relay["host"]?.string == "127.0.0.1")
            #expect(relay["ports"]?.keys == ["server", "client"])
            for name in ["server", "client"] {
                let port = try #require(relay["ports"]?[name])
                #expect(port.keys == ["port", "protocol", "link"])
                #expect(port["protocol"]?.string == "UDP")
                let number = try #require(port["port"]?.int)
                #expect(port["link"]?.string == "127.0.0.1:\(number)")
            }
        }
    }

    @Test("The ports are the configured shared pair")
    func ports() throws {
        let pair = try FreePorts.take(2)
        try withDaemon(["relay.ports.shared=\(pair[0])/\(pair[1])"]) { daemon in
            let session = try daemon.api.createSession()
            #expect(session.serverPort == pair[0])
            #expect(session.clientPort == pair[1])
        }
    }

    @Test("Host names follow relay.hostname, with the session's hex id for a wildcard, and links name the host")
    func hostnames() throws {
        try withDaemon(["relay.address=203.0.113.9", "relay.hostname=*.relay.example.net"]) { daemon in
            let session = try daemon.api.createSession()
            let host = "\(session.id.dropLast(2)).relay.example.net"
            #expect(session.json["relay"]?["ip"]?.string == "203.0.113.9")
            #expect(session.json["relay"]?["host"]?.string == host)
            #expect(
                session.json["relay"]?["ports"]?["client"]?["link"]?.string == "\(host):\(session.clientPort)"
            )
        }
        try withDaemon(["relay.address=203.0.113.9", "relay.hostname=play.example.net"]) { daemon in
            let session = try daemon.api.createSession()
            #expect(session.json["relay"]?["host"]?.string == "play.example.net")
        }
        try withDaemon(["relay.address=203.0.113.9"]) { daemon in
            let session = try daemon.api.createSession()
            #expect(session.json["relay"]?["host"]?.string == "203.0.113.9")
        }
    }

    @Test("An IPv6 relay address stands bare in ip and host, bracketed in links")
    func ipv6Relay() throws {
        try withDaemon(["relay.address=2001:db8::7"]) { daemon in
            let session = try daemon.api.createSession()
            let relay = try #require(session.json["relay"])
            #expect(relay["ip"]?.string == "2001:db8::7")
            #expect(relay["host"]?.string == "2001:db8::7")
            #expect(relay["ports"]?["server"]?["link"]?.string == "[2001:db8::7]:\(session.serverPort)")
        }
    }

    @Test("Everything that real clients send is accepted")
    func lenientInput() throws {
        try withDaemon { daemon in
            let user = #""users": [{"ip": "1.2.3.4"}]"#
            let bodies = [
                #"{\#(user), "filters": []}"#,
                #"{\#(user), "webhook_url": ""}"#,
                #"{\#(user), "filters": [], "webhook_url": ""}"#,
                #"{\#(user), "unknown": {"deep": [1, 2, null]}, "more": null}"#,
                #"{"users": [{"ip": "1.2.3.4", "unknown": 1, "latitude": 5.5}]}"#,
                #"{"users": [{"ip": "10.0.0.1"}, {"ip": "192.168.1.1"}, {"ip": "127.0.0.1"}, {"ip": "169.254.1.1"}]}"#,
                #"{"users": [{"ip": "0.0.0.0"}]}"#,
                #"{"users": [{"ip": "2001:db8::1"}, {"ip": "::1"}, {"ip": "fe80::1"}, {"ip": "::"}]}"#,
                #"{"users": [{"ip": "::ffff:1.2.3.4"}]}"#,
                "  \n\t{\(user)}\n",
            ]
            for body in bodies {
                let response = try daemon.api.post(APIClient.sessions, body)
                #expect(response.status == 200, "\(body): \(response.text)")
                let json = try response.json()
                #expect(!json.containsNull)
                #expect(!json.keys.contains("webhook_url"), "an empty webhook_url is left out")
            }
        }
    }

    @Test("The content type of a request does not matter")
    func contentTypes() throws {
        try withDaemon { daemon in
            let body = Array(#"{"users": [{"ip": "1.2.3.4"}]}"#.utf8)
            for type in [nil, "text/plain", "application/json; charset=utf-8", "application/x-www-form-urlencoded"] {
                let type = type.map { [("Content-Type", $0)] } ?? []
                let headers = [("Authorization", "token \(daemon.key)")] + type
                let response = try daemon.api.connection.request(
                    "POST",
                    APIClient.sessions,
                    headers: headers,
                    body: body
                )
                #expect(response.status == 200, "\(type): \(response.text)")
            }
        }
    }

    @Test("Users keep the order of the request, duplicates included, and addresses are echoed to the letter")
    func echo() throws {
        try withDaemon { daemon in
            let addresses = [
                "9.9.9.9", "1.1.1.1", "9.9.9.9", "2001:DB8:0:0::1", "::FFFF:1.2.3.4", "0.0.0.0", "9.9.9.9",
            ]
            let session = try daemon.api.createSession(users: addresses)
            #expect(session.users.map(\.ip) == addresses)
            #expect(Set(session.users.map(\.token)).count == addresses.count, "each user has a token of their own")
            #expect(try daemon.api.getSession(session.id).json() == session.json)
        }
    }

    @Test("What is no valid request is 400 with a message")
    func badRequests() throws {
        try withDaemon(["sessions.max_users=3"]) { daemon in
            let user = #""users": [{"ip": "1.2.3.4"}]"#
            let bodies = [
                "{}", "[]", "5", "null", #""text""#, "{", "nonsense", #"{"users": [{"ip": "1.2.3.4"}]"#,
                #"{"users": null}"#, #"{"users": []}"#, #"{"users": {}}"#, #"{"users": "1.2.3.4"}"#,
                #"{"users": ["1.2.3.4"]}"#, #"{"users": [{}]}"#, #"{"users": [{"ip": null}]}"#,
                #"{"users": [{"ip": ""}]}"#, #"{"users": [{"ip": "nonsense"}]}"#, #"{"users": [{"ip": 5}]}"#,
                #"{"users": [{"ip": "300.1.1.1"}]}"#, #"{"users": [{"ip": "1.2.3"}]}"#,
                #"{"users": [{"ip": "1.2.3.4:80"}]}"#, #"{"users": [{"ip": "1.2.3.4/8"}]}"#,
                #"{"users": [{"ip": "example.net"}]}"#, #"{"users": [{"ip": "1.2.3.4"}, {"ip": "x"}]}"#,
                #"{"users": [{"ip": "::1::2"}]}"#, #"{"users": [{"ip": "[::1]"}]}"#,
                #"{"users": [{"ip": "1.1.1.1"}, {"ip": "1.1.1.2"}, {"ip": "1.1.1.3"}, {"ip": "1.1.1.4"}]}"#,
                #"{\#(user), "filters": "none"}"#, #"{\#(user), "filters": {}}"#,
                #"{\#(user), "filters": [{"field": "city", "values": ["a"], "filter_type": "some"}]}"#,
                #"{\#(user), "filters": [{"field": "city", "values": ["a"], "filter_type": ""}]}"#,
            ]
            for body in bodies {
                expectError(try daemon.api.post(APIClient.sessions, body), 400, "\(body)")
            }
            expectError(try daemon.api.call("POST", APIClient.sessions), 400, "no body")
            expectError(try daemon.api.post(APIClient.sessions, ""), 400, "empty body")
            let list = try daemon.api.get(APIClient.sessions).json()
            #expect(list["total_count"]?.int == 0, "a refused request creates nothing")
        }
    }

    @Test("A body that is no UTF-8 is 400")
    func badUTF8() throws {
        try withDaemon { daemon in
            let body = Array(#"{"users": [{"ip": "1.2.3.4"}], "x": ""#.utf8) + [0xff, 0xfe] + Array(#""}"#.utf8)
            let headers = [("Authorization", "token \(daemon.key)"), ("Content-Type", "application/json")]
            let response = try daemon.api.connection.request("POST", APIClient.sessions, headers: headers, body: body)
            expectError(response, 400)
        }
    }

    @Test("As many users as sessions.max_users are accepted, one more is 400 naming the limit")
    func maxUsers() throws {
        try withDaemon(["sessions.max_users=3"]) { daemon in
            #expect(try daemon.api.createSession(users: Array(repeating: "1.1.1.1", count: 3)).users.count == 3)
            let users = Array(repeating: #"{"ip": "1.1.1.1"}"#, count: 4).joined(separator: ",")
            expectError(try daemon.api.post(APIClient.sessions, #"{"users": [\#(users)]}"#), 400, naming: "3")
        }
    }

    @Test("When sessions.max is reached create is 503 that says so, and a deleted session makes room")
    func maxSessions() throws {
        try withDaemon(["sessions.max=2"]) { daemon in
            let api = daemon.api
            let sessions = [try api.createSession(), try api.createSession()]
            let body = #"{"users": [{"ip": "1.1.1.1"}]}"#
            expectError(try api.post(APIClient.sessions, body), 503, naming: "session")
            try api.remove(sessions[0])
            #expect(try api.post(APIClient.sessions, body).status == 200)
        }
    }

    @Test("Session tokens and ids are unique and tokens lie in 1 … 2³¹ − 1")
    func uniqueness() throws {
        try withDaemon { daemon in
            let sessions = try (0..<200).map { _ in
                try daemon.api.createSession(users: ["1.1.1.1", "1.1.1.1", "1.1.1.1"])
            }
            #expect(Set(sessions.map(\.id)).count == 200)
            #expect(Set(sessions.map(\.token)).count == 200)
            for session in sessions {
                #expect(Set(session.users.map(\.token)).count == 3)
                for token in [session.token] + session.users.map(\.token) {
                    #expect((1...UInt32(Int32.max)).contains(token))
                }
            }
        }
    }

    @Test("The webhook address is echoed when it was given")
    func webhookURL() throws {
        try withDaemon { daemon in
            let url = "https://my-webhook.invalid/dump"
            let session = try daemon.api.createSession(extra: #", "webhook_url": "\#(url)""#)
            #expect(session.json["webhook_url"]?.string == url)
            #expect(try daemon.api.getSession(session.id).json()["webhook_url"]?.string == url)
        }
    }
}
