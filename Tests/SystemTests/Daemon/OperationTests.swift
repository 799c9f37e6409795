import Foundation
import Glibc
import Testing

/// Listeners, reloads and draining of a running daemon.
@Suite(.showsLogOnFailure) struct OperationTests {
    @Test("The API listens on a unix socket when told so")
    func unixSocket() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path("api.sock")
        try withDaemon(["api.listen=unix:\(path)"]) { daemon in
            let session = try daemon.api.createSession()
            #expect(try daemon.api.getSession(session.id).status == 200)
            try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
        }
    }

    @Test("A unix socket left behind by SIGKILL does not hinder the next start")
    func staleUnixSocket() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path("api.sock")
        try withDaemon(["api.listen=unix:\(path)"]) { daemon in
            let session = try daemon.api.createSession()
            try daemon.killAndRestart()
            #expect(try daemon.api.getSession(session.id).status == 200)
        }
    }

    @Test("metrics.listen moves /metrics to a listener of its own")
    func metricsListener() throws {
        let port = try FreePorts.take()[0]
        try withDaemon(["metrics.listen=127.0.0.1:\(port)"]) { daemon in
            let moved = try HTTPConnection(SocketAddress("127.0.0.1", port)).request("GET", "/metrics")
            #expect(moved.status == 200)
            #expect(moved.text.contains("causeway_dropped_datagrams_total"))
            #expect(try daemon.api(authorization: nil).get("/metrics").status == 404)
            let elsewhere = APIClient(
                SocketAddress("127.0.0.1", port),
                authorization: "token \(daemon.key)",
                secrets: daemon.secrets
            )
            #expect(try elsewhere.get(APIClient.sessions).status == 404, "the API is not there")
        }
    }

    @Test("The API speaks TLS with the configured certificate")
    func tls() throws {
        let scratch = try ScratchDirectory()
        let certificate = scratch.path("certificate.pem")
        let key = scratch.path("key.pem")
        let made = try runProgram(
            "/bin/sh",
            [
                "-c",
                "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
                    + "-addext subjectAltName=IP:127.0.0.1 -keyout \(key) -out \(certificate)",
            ]
        )
        try #require(made.succeeded, "\(made.output)")
        let daemon = try TestDaemon(
            .init(settings: ["api.tls.certificate=\(certificate)", "api.tls.key=\(key)"])
        )
        try daemon.start(awaitReady: false)
        let curl = "curl -sS --cacert \(certificate) https://\(daemon.apiAddress)"
        let ready = try holds(within: .seconds(20), every: .milliseconds(100)) {
            try runProgram("/bin/sh", ["-c", "\(curl)/readyz -f"]).succeeded
        }
        #expect(ready, "\(daemon.logTail)")
        let answer = try runProgram(
            "/bin/sh",
            ["-c", "\(curl)/v1/ip -H \"Authorization: token $KEY\""],
            environment: ["KEY": daemon.key]
        )
        #expect(answer.output.contains("127.0.0.1"), "\(answer.output)")
        let plain = HTTPConnection(daemon.apiAddress)
        plain.timeout = .seconds(2)
        let status = (try? plain.request("GET", "/readyz"))?.status
        #expect(status != 200, "no plain HTTP on that port")
        daemon.stop()
        expectNoSecrets(in: daemon)
    }

    @Test("With log.format=json every line of the log is one JSON object")
    func jsonLog() throws {
        let daemon = try TestDaemon(.init(settings: ["log.format=json"]))
        try daemon.start()
        let session = try daemon.api.createSession()
        _ = try daemon.api.getSession("nonsense")
        try daemon.api.remove(session)
        daemon.stop()
        let lines = daemon.log.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("{") })
        for line in lines where line.hasPrefix("{") {
            #expect(throws: Never.self, "\(line)") { try JSON.parse(line.utf8) }
        }
        expectNoSecrets(in: daemon)
    }

    @Test("At the most talkative log level there is still no secret in the log")
    func traceLog() throws {
        try withDaemon(["log.level=trace"]) { daemon in
            let api = daemon.api
            let session = try api.createSession(extra: #", "webhook_url": "http://127.0.0.1:9/hook""#)
            let host = try session.boundHost()
            try expectBothWays(host, try session.boundClient(), id: 2)
            try api.removeUser(try api.addUser(to: session), from: session)
            expectError(try daemon.api(authorization: "token \(daemon.key)x").get(APIClient.sessions), 401)
            expectError(try api.revoke(session.id, token: "\(session.token)"), 404)
            expectError(try api.post(APIClient.sessions, #"{"key": "\#(daemon.key)", "users": 5}"#), 400)
            try api.remove(session)
        }
    }

    @Test("SIGHUP takes over a changed key without a restart and names it in the log")
    func reload() throws {
        try withDaemon(config: "sessions:\n  max_users: 2\n") { daemon in
            let api = daemon.api
            let users = #"{"users": [{"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}]}"#
            #expect(try api.post(APIClient.sessions, users).status == 400)
            try rewrite(daemon, "sessions:\n  max_users: 3\n")
            #expect(holds(within: .seconds(20)) { daemon.log.contains("sessions.max_users") })
            #expect(
                try holds(within: .seconds(20), every: .milliseconds(100)) {
                    try api.post(APIClient.sessions, users).status == 200
                }
            )
        }
    }

    @Test("SIGHUP with a broken file changes nothing, says why, and the daemon goes on")
    func brokenReload() throws {
        try withDaemon(config: "sessions:\n  max_users: 2\n") { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            try rewrite(daemon, "sessions:\n  max_users: 3\n  max: many\n")
            #expect(holds(within: .seconds(20)) { daemon.log.contains("sessions.max") })
            pause(.milliseconds(300))
            let users = #"{"users": [{"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}]}"#
            #expect(try daemon.api.post(APIClient.sessions, users).status == 400, "all or nothing")
            try expectBothWays(host, try session.boundClient(), id: 2)
        }
    }

    @Test("SIGHUP names keys that need a restart")
    func reloadNeedsRestart() throws {
        try withDaemon(config: "relay:\n  workers: 1\n") { daemon in
            try rewrite(daemon, "relay:\n  workers: 2\n")
            #expect(
                holds(within: .seconds(20)) {
                    daemon.log.split(separator: "\n").contains {
                        $0.contains("relay.workers") && $0.lowercased().contains("restart")
                    }
                },
                "\(daemon.logTail)"
            )
        }
    }

    @Test("SIGUSR1 drains: no new sessions, while those that live go on")
    func drain() throws {
        try withDaemon { daemon in
            let api = daemon.api
            let session = try api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            daemon.signal(SIGUSR1)
            #expect(
                try holds(within: .seconds(20), every: .milliseconds(100)) {
                    try api.post(APIClient.sessions, #"{"users": [{"ip": "1.1.1.1"}]}"#).status == 503
                }
            )
            expectError(try api.post(APIClient.sessions, #"{"users": [{"ip": "1.1.1.1"}]}"#), 503, naming: "drain")
            try expectBothWays(host, client, id: 2)
            #expect(try api.getSession(session.id).status == 200)
        }
    }

    private func rewrite(_ daemon: TestDaemon, _ config: String) throws {
        try Data(config.utf8).write(to: URL(fileURLWithPath: daemon.configFile))
        daemon.signal(SIGHUP)
    }
}
