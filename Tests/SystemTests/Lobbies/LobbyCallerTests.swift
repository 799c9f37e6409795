import Testing

/// Whom the lobby service believes that it is the host.
@Suite(.showsLogOnFailure) struct LobbyCallerTests {
    private static let body = #"{"name": "room", "capacity": 4, "is_joinable": true, "player": {"id": "host"}}"#

    private func deploy(_ daemon: TestDaemon) throws -> String {
        _ = try expectJSON(daemon.api.post("/v1/lobbies", #"{"name": "game"}"#))
        _ = try expectJSON(daemon.api.post("/v1/lobbies:deploy", #"{"name": "game"}"#), status: 202)
        return "/l/game/lobbies"
    }

    @Test("A web page that the host opens can neither read its token nor end its game; one of a named origin can")
    func pages() throws {
        try withDaemon(["lobbies.origins=[https://game.example.net]"]) { daemon in
            let url = try deploy(daemon)
            let host = daemon.api(authorization: nil)
            let id = try #require(try expectJSON(host.post(url, Self.body))["lobby_id"]?.string)
            #expect(try host.post("\(url):start", #"{"lobby_id": "\#(id)"}"#).status / 100 == 2)
            let evil = [("Origin", "https://evil.example")]
            let read = try host.call("GET", "\(url)/\(id)", headers: evil)
            #expect(!read.text.contains("authorization_token") && read.headers["access-control-allow-origin"] == nil)
            expectError(try host.call("DELETE", "\(url)/\(id)", headers: evil), 403, naming: "lobbies.origins")
            expectError(try host.call("POST", url, body: Self.body, headers: evil), 403)
            let simple = evil + [("Content-Type", "text/plain")]
            let sent = try host.connection.request("POST", url, headers: simple, body: Array(Self.body.utf8))
            expectError(sent, 415, naming: "application/json")
            #expect(try host.call("GET", url, headers: evil).headers["access-control-allow-origin"] == "*")
            let own = try host.call("GET", "\(url)/\(id)", headers: [("Origin", "https://game.example.net")])
            #expect(own.text.contains("authorization_token"))
            #expect(own.headers["access-control-allow-origin"] == "https://game.example.net")
            #expect(try host.get("\(url)/\(id)").text.contains("authorization_token"))
        }
    }

    @Test("A public relay behind a proxy that it was not told of refuses lobby calls, and says in the log what to do")
    func forgottenProxy() throws {
        try withDaemon(["relay.address=198.41.0.4"]) { daemon in
            let url = try deploy(daemon)
            let api = daemon.api(authorization: nil)
            for header in ["X-Forwarded-For", "Forwarded"] {
                let answer = try api.call("POST", url, body: Self.body, headers: [(header, "203.0.113.9")])
                expectError(answer, 403, naming: "api.trusted_proxies")
            }
            #expect(try api.get(url).status == 200, "who comes without a proxy is served")
            #expect(daemon.log.contains("add 127.0.0.1 to 'api.trusted_proxies'"))
        }
        try withDaemon(["relay.address=198.41.0.4", "api.trusted_proxies=[127.0.0.1]"]) { daemon in
            let url = try deploy(daemon)
            let api = daemon.api(authorization: nil)
            let headers = [("X-Forwarded-For", "203.0.113.9")]
            let created = try expectJSON(api.call("POST", url, body: Self.body, headers: headers))
            let id = try #require(created["lobby_id"]?.string)
            expectError(try api.call("DELETE", "\(url)/\(id)", headers: [("X-Forwarded-For", "203.0.113.10")]), 403)
            #expect(try api.call("DELETE", "\(url)/\(id)", headers: headers).status == 204)
        }
    }

    @Test("With a public URL, a page that made its own name point here has no rights: its Host gives it away")
    func rebinding() throws {
        try withDaemon(["api.public_url=http://127.0.0.1:1234"]) { daemon in
            let url = try deploy(daemon)
            let api = daemon.api(authorization: nil)
            let id = try #require(try expectJSON(api.post(url, Self.body))["lobby_id"]?.string)
            let head = "DELETE \(url)/\(id) HTTP/1.1\r\nHost: evil.example\r\n\r\n"
            expectError(try api.connection.exchange(Array(head.utf8)), 403, naming: "api.public_url")
            #expect(try api.call("DELETE", "\(url)/\(id)").status == 204)
        }
    }
}
