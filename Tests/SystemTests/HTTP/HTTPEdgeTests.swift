import Glibc
import Testing

/// The edges of the HTTP server.
@Suite(.showsLogOnFailure) struct HTTPEdgeTests {
    @Test("An unknown path is 404 as JSON")
    func unknownPath() throws {
        try withDaemon { daemon in
            for path in ["/v", "/v1", "/v1/nothing", "/v2/relays/sessions", "/v1/relays/sessions/a/b", "/V1/IP"] {
                expectError(try daemon.api.get(path), 404, "\(path)")
            }
            expectError(try daemon.api.post("\(APIClient.sessions):nothing", "{}"), 404)
        }
    }

    @Test("A wrong method is 405 as JSON")
    func wrongMethod() throws {
        try withDaemon { daemon in
            let calls = [
                ("PUT", APIClient.sessions), ("DELETE", APIClient.sessions), ("PATCH", APIClient.sessions),
                ("POST", "\(APIClient.sessions)/0123456789ab-S"), ("PUT", "\(APIClient.sessions)/0123456789ab-S"),
                ("DELETE", "\(APIClient.sessions):authorize-user"), ("PUT", "\(APIClient.sessions):revoke-user"),
                ("POST", "/v1/ip"), ("DELETE", "/v1/ip"), ("GET", "/v1/ips/lookup"), ("POST", "/v1/ip/1.1.1.1/lookup"),
            ]
            for (method, path) in calls {
                expectError(try daemon.api.call(method, path, body: "{}"), 405, "\(method) \(path)")
            }
        }
    }

    @Test("A huge body is 413 as JSON, and the server goes on")
    func hugeBody() throws {
        try withDaemon { daemon in
            let filler = String(repeating: "x", count: 32 << 20)
            let body = #"{"users": [{"ip": "1.1.1.1"}], "x": "\#(filler)"}"#
            expectError(try daemon.api.post(APIClient.sessions, body), 413)
            #expect(try daemon.api.get(APIClient.sessions).status == 200)
        }
    }

    @Test("Deeply nested JSON is refused or ignored, and the server goes on")
    func deepJSON() throws {
        try withDaemon { daemon in
            for depth in [500, 20_000] {
                let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
                let response = try daemon.api.post(
                    APIClient.sessions,
                    #"{"users": [{"ip": "1.1.1.1"}], "x": \#(nest)}"#
                )
                #expect([200, 400, 413].contains(response.status), "\(response.status)")
            }
            #expect(try daemon.api.get(APIClient.sessions).status == 200)
        }
    }

    @Test("A chunked body is read like any other")
    func chunkedBody() throws {
        try withDaemon { daemon in
            let request =
                "POST \(APIClient.sessions) HTTP/1.1\r\nHost: x\r\nAuthorization: token \(daemon.key)\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "b\r\n{\"users\": [\r\n" + "13\r\n{\"ip\": \"1.1.1.1\"}]}\r\n" + "0\r\n\r\n"
            let response = try HTTPConnection(daemon.apiAddress).exchange(Array(request.utf8))
            #expect(response.status == 200, "\(response.text)")
        }
    }

    @Test("A client that expects 100 Continue gets its answer")
    func expectContinue() throws {
        try withDaemon { daemon in
            let headers = [
                ("Authorization", "token \(daemon.key)"), ("Content-Type", "application/json"),
                ("Expect", "100-continue"),
            ]
            let body = Array(#"{"users": [{"ip": "1.1.1.1"}]}"#.utf8)
            let response = try daemon.api.connection.request(
                "POST",
                APIClient.sessions,
                headers: headers,
                body: body
            )
            #expect(response.status == 200, "\(response.text)")
        }
    }

    @Test("One connection serves many requests, also after errors")
    func keepAlive() throws {
        try withDaemon { daemon in
            let api = daemon.api
            for _ in 0..<20 {
                let session = try api.createSession()
                expectError(try api.getSession("nonsense"), 404)
                expectError(try api.post(APIClient.sessions, "{"), 400)
                try api.remove(session)
            }
        }
    }

    @Test("Broken HTTP closes that connection and nothing else", arguments: broken)
    func brokenHTTP(request: String) throws {
        try withDaemon { daemon in
            let connection = HTTPConnection(daemon.apiAddress)
            connection.timeout = .seconds(3)
            do {
                let response = try connection.exchange(Array(request.utf8))
                #expect((400..<600).contains(response.status) && response.status != 500)
            } catch is HTTPFailure {
                // Silence or the end of the connection is as good an answer to what is no request.
            }
            #expect(try daemon.api.get("/v1/ip").status == 200)
        }
    }

    static let broken = [
        "nonsense\r\n\r\n",
        "GET /v1/ip HTTP/9.9\r\n\r\n",
        "GET /v1/ip HTTP/1.1\r\nbad header\r\n\r\n",
        "POST /v1/relays/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: nonsense\r\n\r\n{}",
        "POST /v1/relays/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n{}",
        "GET /" + String(repeating: "a", count: 200_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/ip HTTP/1.1\r\nHost: x\r\nX-Long: " + String(repeating: "b", count: 200_000) + "\r\n\r\n",
    ]

    @Test("Connections that say nothing do not keep others out")
    func silentConnections() throws {
        try withDaemon { daemon in
            let silent = try (0..<100).map { _ in
                let socket = try Socket(daemon.apiAddress.family, SOCK_STREAM)
                try socket.connect(daemon.apiAddress)
                try socket.send(Array("GET /v1/ip HT".utf8)[...])
                return socket
            }
            #expect(try daemon.api.get("/v1/ip").status == 200)
            #expect(silent.count == 100)
        }
    }

    @Test("The metrics are Prometheus text and name every reason for a drop")
    func metricsText() throws {
        try withDaemon { daemon in
            let response = try daemon.api(authorization: nil).get("/metrics")
            #expect(response.contentType.hasPrefix("text/plain"))
            #expect(response.text.contains("# TYPE causeway_dropped_datagrams_total counter"))
            let metrics = Metrics(response.text)
            for reason in DropReason.allCases {
                #expect(metrics.drops(reason) == 0, "\(reason.rawValue) starts at zero")
            }
            for sample in metrics.samples {
                #expect(sample.name.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil, "\(sample.name)")
            }
        }
    }
}
