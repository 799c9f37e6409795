import Testing

/// `/v1/ip` and the lookups.
@Suite(.showsLogOnFailure) struct AddressLookupTests {
    @Test("GET /v1/ip answers the caller's address")
    func callersAddress() throws {
        try withDaemon { daemon in
            let json = try expectJSON(try daemon.api.get("/v1/ip"))
            #expect(json == .object(["public_ip": .string("127.0.0.1")]))
        }
        let port = try FreePorts.take()[0]
        try withDaemon(["api.listen=[::1]:\(port)"]) { daemon in
            let json = try expectJSON(try daemon.api.get("/v1/ip"))
            #expect(json["public_ip"]?.string == "::1")
        }
    }

    @Test("X-Forwarded-For counts only from a trusted proxy")
    func forwardedFor() throws {
        let headers = [("X-Forwarded-For", "203.0.113.7")]
        try withDaemon { daemon in
            let response = try daemon.api.call("GET", "/v1/ip", headers: headers)
            #expect(try response.json()["public_ip"]?.string == "127.0.0.1", "no proxy is trusted")
        }
        try withDaemon(["api.trusted_proxies=[10.0.0.0/8]"]) { daemon in
            let response = try daemon.api.call("GET", "/v1/ip", headers: headers)
            #expect(try response.json()["public_ip"]?.string == "127.0.0.1", "another proxy is trusted")
        }
        try withDaemon(["api.trusted_proxies=[127.0.0.0/8, 10.0.0.0/8]"]) { daemon in
            let table = [
                ("203.0.113.7", "203.0.113.7"), ("2001:db8::5", "2001:db8::5"),
                ("6.6.6.6, 203.0.113.7", "203.0.113.7"), ("203.0.113.7, 10.1.2.3", "203.0.113.7"),
            ]
            for (forwarded, expected) in table {
                let response = try daemon.api.call("GET", "/v1/ip", headers: [("X-Forwarded-For", forwarded)])
                #expect(try response.json()["public_ip"]?.string == expected, "\(forwarded)")
            }
            #expect(try daemon.api.get("/v1/ip").json()["public_ip"]?.string == "127.0.0.1")
        }
    }

    @Test("Without a database lookups are 404 with a message that says how to configure one")
    func withoutDatabase() throws {
        try withDaemon { daemon in
            for ip in ["8.8.8.8", "2001:4860:4860::8888"] {
                expectError(try daemon.api.get("/v1/ip/\(ip)/lookup"), 404, naming: "geoip.database")
            }
            let response = try daemon.api.post("/v1/ips/lookup", #"{"addresses": ["8.8.8.8", "1.1.1.1"]}"#)
            expectError(response, 404, naming: "geoip.database")
        }
    }

    @Test("Lookups of what is no address, or of more than twenty, are 400")
    func badLookups() throws {
        try withDaemon { daemon in
            for ip in ["nonsense", "300.1.1.1", "1.2.3"] {
                expectError(try daemon.api.get("/v1/ip/\(ip)/lookup"), 400, "\(ip)")
            }
            let many = Array(repeating: "\"1.1.1.1\"", count: 21).joined(separator: ",")
            for body in [
                "", "{}", "[]", "{", #"{"addresses": "1.1.1.1"}"#, #"{"addresses": ["nonsense"]}"#,
                #"{"addresses": [5]}"#, #"{"addresses": [\#(many)]}"#,
            ] {
                expectError(try daemon.api.post("/v1/ips/lookup", body), 400, "\(body)")
            }
        }
    }

    @Test("Session users carry no latitude and longitude when nothing is known of their place")
    func noLocation() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["8.8.8.8"])
            #expect(session.json["session_users"]?[0]?.keys == ["ip_address", "authorization_token"])
        }
    }
}
