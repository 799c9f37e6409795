import Crypto
import Foundation
import Glibc
import Testing

/// The POST that tells a game backend of a ready session.
@Suite(.showsLogOnFailure) struct WebhookTests {
    @Test("The receiver gets a POST of the session object, unsigned without a secret")
    func posted() throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        try withDaemon { daemon in
            let session = try daemon.api.createSession(extra: hook(receiver.url))
            try #require(receiver.waitForRequests(1))
            let request = receiver.requests[0]
            #expect(request.line == "POST /hook HTTP/1.1")
            #expect(request.headers["content-type"]?.hasPrefix("application/json") == true)
            #expect(try JSON.parse(request.body) == session.json)
            #expect(request.headers["x-causeway-signature"] == nil)
            pause(.milliseconds(500))
            #expect(receiver.requests.count == 1, "once it is accepted it is not sent again")
        }
    }

    @Test("With webhook.secret the POST is signed with HMAC-SHA256 over timestamp, dot and body")
    func signed() throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        let secret = "a-webhook-secret-of-this-test"
        try withDaemon(environment: ["CAUSEWAY_WEBHOOK_SECRET": secret]) { daemon in
            daemon.secrets.add(text: secret)
            let before = Date().timeIntervalSince1970
            _ = try daemon.api.createSession(extra: hook(receiver.url))
            try #require(receiver.waitForRequests(1))
            let request = receiver.requests[0]
            let timestamp = try #require(request.headers["x-causeway-timestamp"])
            let signature = try #require(request.headers["x-causeway-signature"])
            try #require(signature.hasPrefix("v1="))
            let signed = Array(timestamp.utf8) + Array(".".utf8) + request.body
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Array(secret.utf8)))
            let hex = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(signature == "v1=" + hex)
            let time = try #require(Double(timestamp), "seconds since 1970: \(timestamp)")
            #expect(abs(time - before) < 60)
        }
    }

    @Test("A receiver that fails is tried again until it accepts", arguments: [500, 503, 429])
    func retried(status: Int) throws {
        let receiver = try WebhookReceiver { $0 < 2 ? .status(status) : .status(200) }
        defer { receiver.stop() }
        try withDaemon { daemon in
            let session = try daemon.api.createSession(extra: hook(receiver.url))
            #expect(receiver.waitForRequests(3))
            for request in receiver.requests {
                #expect(try JSON.parse(request.body)["session_id"]?.string == session.id)
            }
            pause(.milliseconds(500))
            #expect(receiver.requests.count == 3)
        }
    }

    @Test("A receiver that is not there yet is tried again")
    func retriedAfterRefusal() throws {
        let port = try FreePorts.take()[0]
        try withDaemon { daemon in
            let session = try daemon.api.createSession(extra: hook("http://127.0.0.1:\(port)/hook"))
            pause(.milliseconds(300))
            let receiver = try WebhookReceiver(port: port)
            defer { receiver.stop() }
            #expect(receiver.waitForRequests(1))
            #expect(try JSON.parse(receiver.requests.first?.body ?? [])["session_id"]?.string == session.id)
        }
    }

    @Test("A receiver that never answers does not delay the API or the daemon's end")
    func hanging() throws {
        let receiver = try WebhookReceiver { _ in .silence }
        defer { receiver.stop() }
        try withDaemon { daemon in
            let api = daemon.api
            // A delivery to this receiver is given up after five seconds: calls that waited for it would take a hundred.
            let clock = ContinuousClock()
            let start = clock.now
            for _ in 0..<20 { _ = try api.createSession(extra: hook(receiver.url)) }
            #expect(clock.now - start < .seconds(50))
            #expect(receiver.waitForRequests(1))
            let session = try api.createSession()
            try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
        }
    }

    @Test("A receiver that never answers keeps no other receiver waiting")
    func hangingAndHealthy() throws {
        let hanging = try WebhookReceiver { _ in .silence }
        let healthy = try WebhookReceiver()
        defer {
            hanging.stop()
            healthy.stop()
        }
        try withDaemon { daemon in
            for _ in 0..<3 { _ = try daemon.api.createSession(extra: hook(hanging.url)) }
            _ = try daemon.api.createSession(extra: hook(healthy.url))
            #expect(healthy.waitForRequests(1, within: .seconds(30)))
        }
    }

    @Test("Redirects are not followed")
    func redirect() throws {
        let target = try WebhookReceiver()
        let targetURL = target.url
        let receiver = try WebhookReceiver { _ in .redirect(to: targetURL) }
        defer {
            receiver.stop()
            target.stop()
        }
        try withDaemon { daemon in
            _ = try daemon.api.createSession(extra: hook(receiver.url))
            #expect(receiver.waitForRequests(1))
            pause(.seconds(1))
            #expect(target.requests.isEmpty)
        }
    }

    @Test("A pending webhook survives SIGKILL and is sent after the restart")
    func survivesRestart() throws {
        let port = try FreePorts.take()[0]
        try withDaemon { daemon in
            let session = try daemon.api.createSession(extra: hook("http://127.0.0.1:\(port)/hook"))
            daemon.kill()
            let receiver = try WebhookReceiver(port: port)
            defer { receiver.stop() }
            try daemon.start()
            try #require(receiver.waitForRequests(1))
            #expect(try JSON.parse(receiver.requests[0].body) == session.json)
        }
    }

    @Test("A delivered webhook is not sent again after a restart")
    func notTwice() throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        try withDaemon { daemon in
            _ = try daemon.api.createSession(extra: hook(receiver.url))
            try #require(receiver.waitForRequests(1))
            pause(.milliseconds(500))
            try daemon.killAndRestart()
            pause(.seconds(1))
            #expect(receiver.requests.count == 1)
        }
    }

    @Test(
        "Without --dev nothing is sent to loopback, by whatever name",
        arguments: ["127.0.0.1", "localhost", "127.0.0.5", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"]
    )
    func loopbackRefused(host: String) throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        try withDaemon(config: Self.config, dev: false) { daemon in
            let api = daemon.api(authorization: "token \(Self.key)")
            let url = "http://\(host):\(receiver.port)/hook"
            let response = try api.post(APIClient.sessions, #"{"users": [{"ip": "1.1.1.1"}]\#(hook(url))}"#)
            #expect(response.status == 200, "\(response.text)")
            let id = try #require(response.json()["session_id"]?.string)
            // A literal is known at once, a name after its look-up.
            let isToldAtOnce = try response.json()["webhook"]?["state"]?.string == "refused"
            #expect(isToldAtOnce == (host != "localhost"), "\(response.text)")
            let isTold = try holds(within: .seconds(20)) {
                try api.get("\(APIClient.sessions)/\(id)/health").json()["webhook"]?["state"]?.string == "refused"
            }
            #expect(isTold)
            let webhook = try api.getSession(id).json()["webhook"]
            #expect(webhook?["state"]?.string == "refused")
            #expect(
                webhook?["message"]?.string?.contains("webhook.allow_networks") == true,
                "\(String(describing: webhook))"
            )
            #expect(holds(within: .seconds(20)) { daemon.log.contains("webhook refused") }, "\(daemon.logTail)")
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test("The relay's own public address is none that webhooks go to")
    func ownAddressRefused() throws {
        let config = Self.config.replacing("127.0.0.1", with: "8.8.4.4")
        try #require(config.contains("8.8.4.4"))
        try withDaemon(config: config, dev: false) { daemon in
            let api = daemon.api(authorization: "token \(Self.key)")
            let session = try api.createSession(extra: hook("http://8.8.4.4:9/"))
            #expect(session.json["webhook"]?["state"]?.string == "refused")
            #expect(session.json["webhook"]?["message"]?.string?.contains("this relay's own") == true)
        }
    }

    @Test("A delivered webhook is nothing to say in the session, and its health says it")
    func delivered() throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        try withDaemon { daemon in
            let session = try daemon.api.createSession(extra: hook(receiver.url))
            let isDelivered = try holds(within: .seconds(20)) {
                try daemon.api.get("\(APIClient.sessions)/\(session.id)/health").json()["webhook"]?["state"]?.string
                    == "delivered"
            }
            #expect(isDelivered)
            #expect(try daemon.api.getSession(session.id).json()["webhook"] == nil)
        }
    }

    @Test("A webhook.ca_file that cannot be used is refused at the start and by a reload, with words")
    func badAuthorities() throws {
        let daemon = try TestDaemon(.init(settings: ["webhook.ca_file=/no/such/authorities.pem"]))
        try daemon.start(awaitReady: false)
        let ending = daemon.process?.wait(within: .seconds(30))
        if ending == nil { daemon.kill() }
        #expect(ending == .exited(1))
        #expect(
            daemon.log.contains("webhook.ca_file") && daemon.log.contains("/no/such/authorities.pem"),
            "\(daemon.logTail)"
        )

        try withDaemon { daemon in
            try "webhook: {ca_file: \(daemon.configFile)}\n".write(
                toFile: daemon.configFile,
                atomically: true,
                encoding: .utf8
            )
            daemon.signal(SIGHUP)
            #expect(
                holds(within: .seconds(20)) { daemon.log.contains("holds no certificate in PEM form") },
                "\(daemon.logTail)"
            )
        }
    }

    @Test("webhook.allow_networks opens a network without --dev")
    func allowedNetwork() throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        try withDaemon(["webhook.allow_networks=[127.0.0.0/8]"], config: Self.config, dev: false) { daemon in
            let api = daemon.api(authorization: "token \(Self.key)")
            _ = try api.createSession(extra: hook(receiver.url))
            #expect(receiver.waitForRequests(1))
        }
    }

    private static let key = "a-key-of-the-webhook-tests"
    private static let config = AuthenticationTests.config([("tests", key, ["sessions"])])

    private func hook(_ url: String) -> String {
        #", "webhook_url": "\#(url)""#
    }
}
