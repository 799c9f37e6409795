import Glibc
import Testing

/// The flows of shipped clients, call by call, with real players on the relay.
@Suite(.showsLogOnFailure) struct LobbyFlowTests {
    /// Creates and deploys, as the docs do with curl; returns the path of the lobby service.
    private func deploy(_ daemon: TestDaemon, name: String = "my-game") throws -> String {
        let api = daemon.api
        try expectError(api.get("/v1/lobbies/\(name)"), 404)
        let created = try expectJSON(api.post("/v1/lobbies", #"{"name": "\#(name)"}"#))
        #expect(created["url"]?.string == "")
        let deployed = try expectJSON(api.post("/v1/lobbies:deploy", #"{"name": "\#(name)"}"#), status: 202)
        let url = try #require(deployed["url"]?.string)
        #expect(url.hasPrefix("http://") && !url.hasSuffix("/"))
        return "/" + url.split(separator: "/").dropFirst(2).joined(separator: "/")
    }

    private func game(_ json: JSON) throws -> (
        session: UInt32, server: UInt16, client: UInt16, players: [String: UInt32]
    ) {
        let assignment = try #require(json["assignment"], "\(json)")
        func port(_ name: String) throws -> UInt16 {
            let entry = assignment["ports"]?.array?.first { $0["name"]?.string == name }
            #expect(entry?["protocol"]?.string == "UDP")
            return try #require(entry?["port"]?.int.flatMap { UInt16(exactly: $0) })
        }
        var players: [String: UInt32] = [:]
        for player in json["players"]?.array ?? [] where player["authorization_token"] != nil {
            players[try #require(player["id"]?.string)] = try token(in: player)
        }
        return (try token(in: assignment), try port("server"), try port("client"), players)
    }

    @Test("Mirror's flow: the host starts alone and polls; joiners list, join and poll; they leave; the host deletes")
    func mirror() throws {
        try withDaemon { daemon in
            let url = try deploy(daemon)
            let host = daemon.api(authorization: nil)
            let created = try expectJSON(
                host.post(
                    "\(url)/lobbies",
                    #"{"player": {"id": "host"}, "annotations": [], "capacity": 4, "is_joinable": true, "name": "room", "tags": []}"#
                )
            )
            let id = try #require(created["lobby_id"]?.string)
            #expect(created["assignment"] == nil && created["is_started"]?.bool == false)
            #expect(try host.post("\(url)/lobbies:start", #"{"lobby_id": "\#(id)"}"#).status / 100 == 2)
            let started = try expectJSON(host.get("\(url)/lobbies/\(id)"))
            let hosted = try game(started)
            let server = try Player(
                Credentials(user: try #require(hosted.players["host"]), session: hosted.session),
                as: .host,
                port: hosted.server,
                from: "127.0.0.1",
                at: "127.0.0.1"
            )
            try server.ping(.valid)

            let joiner = daemon.api(authorization: nil)
            let list = try expectJSON(joiner.get("\(url)/lobbies"))
            #expect(list["count"]?.int == 1 && list["data"]?[0]?["is_started"]?.bool == true)
            let join = #"{"lobby_id": "\#(id)", "player": {"id": "joiner"}}"#
            #expect(try joiner.post("\(url)/lobbies:join", join).status / 100 == 2)
            #expect(try joiner.post("\(url)/lobbies:join", join).status / 100 == 2, "a retry is no error")
            let joined = try game(expectJSON(joiner.get("\(url)/lobbies/\(id)")))
            #expect(joined.players.keys.sorted() == ["joiner"], "the host was heard, so its token is no longer shown")
            #expect(joined.session == hosted.session)
            let client = try Player(
                Credentials(user: try #require(joined.players["joiner"]), session: joined.session),
                as: .client,
                port: joined.client,
                from: "127.0.0.1",
                at: "127.0.0.1"
            )
            try client.ping(.valid)
            try expectBothWays(server, client, id: 2)

            #expect(try joiner.post("\(url)/lobbies:leave", join).status / 100 == 2)
            #expect(try expectJSON(host.get("\(url)/lobbies/\(id)"))["player_count"]?.int == 1)
            try client.data("gone")
            try server.expectNothing(for: .milliseconds(100))
            #expect(try host.call("DELETE", "\(url)/lobbies/\(id)", body: "{}").status / 100 == 2)
            try expectError(host.call("DELETE", "\(url)/lobbies/", body: "{}"), 404)
            try expectError(host.get("\(url)/lobbies/\(id)"), 404)
            #expect(try expectJSON(daemon.api.get(APIClient.sessions))["total_count"]?.int == 0)
        }
    }

    @Test(
        "A neighbour behind the same address does not read the token of a host who plays, and does not take the host over"
    )
    func thief() throws {
        try withDaemon(["api.trusted_proxies=[127.0.0.0/8]"]) { daemon in
            let url = try deploy(daemon)
            let api = daemon.api(authorization: nil)
            func call(_ method: String, _ path: String, _ body: String?, from address: String) throws -> HTTPResponse {
                try api.call(method, path, body: body, headers: [("X-Forwarded-For", address)])
            }
            let home = "198.51.100.7"
            let body = #"{"name": "room", "capacity": 3, "is_joinable": true, "player": {"id": "host"}}"#
            let created = try expectJSON(call("POST", "\(url)/lobbies", body, from: home))
            let id = try #require(created["lobby_id"]?.string)
            let start = #"{"lobby_id": "\#(id)"}"#
            let hosted = try game(expectJSON(call("POST", "\(url)/lobbies:start", start, from: home)))
            let server = try Player(
                Credentials(user: try #require(hosted.players["host"]), session: hosted.session),
                as: .host,
                port: hosted.server,
                from: "127.0.0.1",
                at: "127.0.0.1"
            )
            try server.ping(.valid)
            for (player, address) in [("neighbour", home), ("stranger", "198.51.100.8")] {
                let join = #"{"lobby_id": "\#(id)", "player": {"id": "\#(player)"}}"#
                let seen = try game(expectJSON(call("POST", "\(url)/lobbies:join", join, from: address)))
                #expect(seen.players.keys.sorted() == [player])
                try server.ping(.valid)
                let again = try game(expectJSON(call("GET", "\(url)/lobbies/\(id)", nil, from: address)))
                #expect(again.players.keys.sorted() == [player])
            }
            let leave = #"{"lobby_id": "\#(id)", "player": {"id": "stranger"}}"#
            try expectError(call("POST", "\(url)/lobbies:leave", leave, from: "198.51.100.9"), 403)
            #expect(try call("POST", "\(url)/lobbies:leave", leave, from: home).status / 100 == 2)
            try expectError(call("POST", "\(url)/lobbies:join", leave, from: "198.51.100.8"), 403, naming: "barred")
        }
    }

    @Test("The other flow: everybody joins, the host starts, everybody polls; it goes on after a kill")
    func everybodyFirst() throws {
        try withDaemon { daemon in
            let url = try deploy(daemon)
            let api = daemon.api(authorization: nil)
            let body =
                #"{"name": "room", "capacity": 3, "is_joinable": true, "player": {"id": "host"}, "tags": ["eu"]}"#
            let id = try #require(try expectJSON(api.post("\(url)/lobbies", body))["lobby_id"]?.string)
            for player in ["ada", "bob"] {
                let join = #"{"lobby_id": "\#(id)", "player": {"id": "\#(player)"}}"#
                #expect(try api.post("\(url)/lobbies:join", join).status / 100 == 2)
            }
            try expectError(
                api.post("\(url)/lobbies:join", #"{"lobby_id": "\#(id)", "player": {"id": "eve"}}"#),
                409,
                naming: "full"
            )
            #expect(try expectJSON(api.get("\(url)/lobbies/\(id)"))["assignment"] == nil)
            #expect(try api.post("\(url)/lobbies:start", #"{"lobby_id": "\#(id)"}"#).status / 100 == 2)
            let before = try expectJSON(api.get("\(url)/lobbies/\(id)"))
            #expect(try game(before).players.count == 3)
            try daemon.killAndRestart()
            let again = daemon.api(authorization: nil)
            #expect(try expectJSON(again.get("\(url)/lobbies/\(id)")) == before)
            let played = try game(before)
            let server = try Player(
                Credentials(user: try #require(played.players["host"]), session: played.session),
                as: .host,
                port: played.server,
                from: "127.0.0.1",
                at: "127.0.0.1"
            )
            try server.ping(.valid)
            #expect(try daemon.api.post("/v1/lobbies:terminate", #"{"name": "my-game"}"#).status == 200)
            try server.ping(.invalid)
            try expectError(again.get("\(url)/lobbies"), 404)
        }
    }

    @Test("A lobby whose host falls silent ends, though a joiner still pings")
    func silentHost() throws {
        try withDaemon(["lobbies.host_timeout=2s"]) { daemon in
            let url = try deploy(daemon)
            let api = daemon.api(authorization: nil)
            let body = #"{"name": "room", "capacity": 3, "is_joinable": true, "player": {"id": "host"}}"#
            let id = try #require(try expectJSON(api.post("\(url)/lobbies", body))["lobby_id"]?.string)
            _ = try api.post("\(url)/lobbies:start", #"{"lobby_id": "\#(id)"}"#)
            _ = try api.post("\(url)/lobbies:join", #"{"lobby_id": "\#(id)", "player": {"id": "ada"}}"#)
            let played = try game(expectJSON(api.get("\(url)/lobbies/\(id)")))
            let server = try Player(
                Credentials(user: try #require(played.players["host"]), session: played.session),
                as: .host,
                port: played.server,
                from: "127.0.0.1",
                at: "127.0.0.1"
            )
            let client = try Player(
                Credentials(user: try #require(played.players["ada"]), session: played.session),
                as: .client,
                port: played.client,
                from: "127.0.0.1",
                at: "127.0.0.1"
            )
            for _ in 0..<8 {
                try server.ping(.valid)
                pause(.milliseconds(500))
            }
            #expect(try api.get("\(url)/lobbies/\(id)").status == 200, "its host was heard all the time")
            #expect(
                try holds(within: .seconds(30), every: .milliseconds(200)) {
                    try client.ping()
                    return try api.get("\(url)/lobbies/\(id)").status == 404
                }
            )
            #expect(try expectJSON(daemon.api.get(APIClient.sessions))["total_count"]?.int == 0)
        }
    }

    @Test("When the session of a game is deleted, its lobby ends at once; the daemon stops while somebody listens")
    func sessionDeleted() throws {
        // Outlives the daemon, which must not wait for it.
        var connections: [Socket] = []
        try withDaemon { daemon in
            let url = try deploy(daemon)
            let api = daemon.api(authorization: nil)
            let body = #"{"name": "room", "capacity": 3, "is_joinable": true, "player": {"id": "host"}}"#
            let id = try #require(try expectJSON(api.post("\(url)/lobbies", body))["lobby_id"]?.string)
            _ = try api.post("\(url)/lobbies:start", #"{"lobby_id": "\#(id)"}"#)
            let sessions = try expectJSON(daemon.api.get(APIClient.sessions))
            let session = try #require(sessions["sessions"]?[0]?["session_id"]?.string)
            #expect(try daemon.api.deleteSession(session).status == 204)
            #expect(
                try holds(within: .seconds(20), every: .milliseconds(20)) {
                    try expectJSON(api.get("\(url)/lobbies"))["count"]?.int == 0
                }
            )
            let second = try #require(try expectJSON(api.post("\(url)/lobbies", body))["lobby_id"]?.string)
            let listener = try Socket(daemon.apiAddress.family, SOCK_STREAM)
            try listener.connect(daemon.apiAddress)
            let request = "GET \(url)/lobbies/\(second)/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try listener.send(Array(request.utf8)[...])
            let heard = try listener.receive(within: .seconds(20)) ?? []
            #expect(String(decoding: heard, as: UTF8.self).contains("text/event-stream"))
            connections.append(listener)
        }
        #expect(connections.count == 1)
    }
}
