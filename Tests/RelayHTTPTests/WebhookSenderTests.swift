import Crypto
import Foundation
import NIOCore
import NIOSSL
import RelayControl
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("The webhook sender")
struct WebhookSenderTests {
    private static let loopback = WebhookTargetPolicy(allowsLoopback: true)

    private static func sender(
        secret: String? = nil,
        policy: WebhookTargetPolicy = loopback,
        resolve: @escaping @Sendable (String) async -> HostResolver.Outcome = HostLookups().resolve,
        patience: Duration = .seconds(120)
    ) -> HTTPWebhookSender {
        HTTPWebhookSender(
            secret: secret,
            policy: policy,
            trust: WebhookTrust(only: []),
            now: { 1_700_000_000.9 },
            resolve: resolve,
            patience: patience
        )
    }

    private static func webhook(_ url: String, body: String = "{\"a\":1}") -> PendingWebhook {
        PendingWebhook(id: 42, sessionID: "x", url: url, body: Array(body.utf8), createdAt: 0, nextAttemptAt: 0)
    }

    @Test("A delivery is one POST of the bytes as they are, with its id and time")
    func delivery() async throws {
        let receiver = try WebhookReceiver(.answer("HTTP/1.1 204 No Content\r\n\r\n"))
        let result = await Self.sender().send(Self.webhook("http://127.0.0.1:\(receiver.port)/a/b?c=d"))
        #expect(result == .delivered)
        let request = try #require(receiver.requests.first)
        #expect(receiver.requests.count == 1)
        #expect(request.hasPrefix("POST /a/b?c=d HTTP/1.1\r\n"))
        #expect(request.hasSuffix("\r\n\r\n{\"a\":1}"))
        let lowercased = request.lowercased()
        for field in [
            "content-type: application/json", "content-length: 7", "x-causeway-delivery: 42",
            "x-causeway-timestamp: 1700000000", "host: 127.0.0.1:\(receiver.port)",
        ] {
            #expect(lowercased.contains("\r\n\(field)\r\n"))
        }
        #expect(!lowercased.contains("x-causeway-signature"))
    }

    @Test("With a secret, a delivery is signed over its time and its body")
    func signature() async throws {
        let receiver = try WebhookReceiver(.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        let result = await Self.sender(secret: "s3cret").send(Self.webhook("http://127.0.0.1:\(receiver.port)/"))
        #expect(result == .delivered)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("1700000000.{\"a\":1}".utf8),
            using: SymmetricKey(data: Array("s3cret".utf8))
        )
        let hex = code.map { String(format: "%02x", $0) }.joined()
        let request = try #require(receiver.requests.first)
        #expect(request.contains("\r\nX-Causeway-Signature: v1=\(hex)\r\n"))
        #expect(!request.contains("s3cret"))
    }

    @Test("The name stays in the Host header while the connection goes to the address that was judged")
    func nameIsKept() async throws {
        let receiver = try WebhookReceiver(.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        let sender = Self.sender(resolve: { host in
            #expect(host == "hooks.example.net")
            return .addresses([IPAddress(ipv4: 0x7F00_0001)])
        })
        #expect(await sender.send(Self.webhook("http://hooks.example.net:\(receiver.port)/")) == .delivered)
        #expect(
            receiver.requests.first?.lowercased().contains("\r\nhost: hooks.example.net:\(receiver.port)\r\n") == true
        )
    }

    @Test("TLS is checked against the name, not the address")
    func tlsName() async throws {
        let certificate = try TemporaryFile(Array(TestCertificate.first.certificate.utf8))
        let key = try TemporaryFile(Array(TestCertificate.first.key.utf8))
        var configuration = APIServer.Configuration(
            listen: .tcp(host: "127.0.0.1", port: 0),
            tls: try TLSCredentials(certificateFile: certificate.path, keyFile: key.path)
        )
        // On a busy machine a handshake may take more than the ten seconds that a listener grants.
        configuration.limits.headerTimeout = .seconds(120)
        let roots = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificate.first.certificate.utf8))
        try await withLiveServer(configuration) { _, address in
            guard case .tcp(_, let port) = address else { throw NotListening() }
            let sender = HTTPWebhookSender(
                secret: nil,
                policy: Self.loopback,
                trust: WebhookTrust(only: roots),
                now: { 0 },
                resolve: { _ in .addresses([IPAddress(ipv4: 0x7F00_0001)]) },
                patience: .seconds(120)
            )
            // The API has no such path; what counts is that its answer came through the handshake.
            let result = await sender.send(Self.webhook("https://localhost:\(port)/x"))
            #expect(result == .failed(reason: "the answer was 404"))
            let wrongName = await sender.send(Self.webhook("https://other.example.net:\(port)/x"))
            #expect(wrongName == .failed(reason: "the receiver's certificate is not for other.example.net"))
        }
    }

    @Test(
        "Whatever is no success is a failure that may be tried again",
        arguments: [
            WebhookReceiver.Behaviour.answer("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
            .answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
            .answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
            .answer("nonsense\r\n\r\n"), .answer(""), .close,
        ]
    )
    func failure(behaviour: WebhookReceiver.Behaviour) async throws {
        let receiver = try WebhookReceiver(behaviour)
        let result = await Self.sender().send(Self.webhook("http://127.0.0.1:\(receiver.port)/path-is-secret"))
        guard case .failed(let reason) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(!reason.contains("path-is-secret"))
    }

    @Test("A redirect is not followed")
    func redirect() async throws {
        let other = try WebhookReceiver(.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        let receiver = try WebhookReceiver(
            .answer(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:\(other.port)/\r\nContent-Length: 0\r\n\r\n"
            )
        )
        let result = await Self.sender().send(Self.webhook("http://127.0.0.1:\(receiver.port)/"))
        #expect(result == .failed(reason: "the answer was 307"))
        #expect(other.requests.isEmpty)
    }

    @Test(
        "A receiver that hangs, or drips its headers, is given up in time",
        arguments: [WebhookReceiver.Behaviour.hang, .drip("HTTP/1.1 200 OK\r\nX: ")]
    )
    func slow(behaviour: WebhookReceiver.Behaviour) async throws {
        let receiver = try WebhookReceiver(behaviour)
        let sender = Self.sender(patience: .seconds(1))
        let result = await sender.send(Self.webhook("http://127.0.0.1:\(receiver.port)/"))
        guard case .failed = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test(
        "An answer's body is not waited for, endless or not",
        arguments: [
            WebhookReceiver.Behaviour.drip("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
            .flood("HTTP/1.1 200 OK\r\n\r\n"),
        ]
    )
    func endlessBody(behaviour: WebhookReceiver.Behaviour) async throws {
        let receiver = try WebhookReceiver(behaviour)
        #expect(await Self.sender().send(Self.webhook("http://127.0.0.1:\(receiver.port)/")) == .delivered)
    }

    @Test(
        "Addresses that are not on the Internet are refused, however they are written",
        arguments: [
            "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://0177.0.0.1/",
            "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
            "http://0.0.0.0/", "http://[::]/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/",
            "http://100.64.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://[fd00::1]/",
            "http://[fd00:ec2::254]/", "http://[64:ff9b::7f00:1]/", "http://224.0.0.1/", "http://255.255.255.255/",
            "http://user@127.0.0.1/", "http://example.net@127.0.0.1/", "https://127.0.0.1/", "http://LOCALHOST:80/",
        ]
    )
    func refused(url: String) async throws {
        let result = await Self.sender(policy: WebhookTargetPolicy()).send(Self.webhook(url))
        guard case .refused(let reason) = result else {
            Issue.record("\(url): \(result)")
            return
        }
        #expect(!reason.contains("latest"))
    }

    @Test("What a refusal says of a name does not tell its address in the relay's own network")
    func refusedName() async throws {
        let sender = Self.sender(
            policy: WebhookTargetPolicy(),
            resolve: { _ in .addresses([IPAddress(ipv4: 0x0A09_0807)]) }
        )
        guard case .refused(let reason) = await sender.send(Self.webhook("http://db.internal.example/")) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("private") && reason.contains("webhook.allow_networks"))
        #expect(!reason.contains("10.9.8.7"))
    }

    @Test(
        "What is no http or https URL is refused",
        arguments: [
            "", "x", "ftp://example.net/", "unix:/run/x", "http+unix://%2Frun%2Fx/", "file:///etc/passwd", "http:///x",
        ]
    )
    func notHTTP(url: String) async throws {
        guard case .refused = await Self.sender().send(Self.webhook(url)) else {
            Issue.record("\(url) was not refused")
            return
        }
    }

    @Test(
        "One forbidden address among others is enough",
        arguments: [
            (["8.8.8.8"], "8.8.8.8"), (["2001:4860:4860::8888", "8.8.8.8"], "2001:4860:4860::8888"),
            (["8.8.8.8", "127.0.0.1"], nil), (["10.1.2.3"], "10.1.2.3"), (["10.2.0.1"], nil), (["::1"], nil), ([], nil),
        ] as [([String], String?)]
    )
    func policy(addresses: [String], allowed: String?) throws {
        let policy = WebhookTargetPolicy(allowedNetworks: [try #require(IPNetwork("10.1.0.0/16"))])
        let judgement = policy.judge(.addresses(addresses.compactMap { IPAddress($0) }))
        if let allowed {
            #expect(judgement == .allowed(try #require(IPAddress(allowed))))
        } else if case .allowed(let address) = judgement {
            Issue.record("\(address) was allowed")
        }
    }

    @Test("The connection's own address has the last word, whatever the look-up said")
    func connectedAddress() async throws {
        // A literal is connected to as it is; the look-up claims another address, which would be allowed.
        let policy = WebhookTargetPolicy(allowedNetworks: [try #require(IPNetwork("127.0.0.0/8"))])
        try await withLiveServer(.init(listen: .tcp(host: "::1", port: 0))) { fixture, address in
            guard case .tcp(_, let port) = address else { throw NotListening() }
            let sender = Self.sender(policy: policy, resolve: { _ in .addresses([IPAddress(ipv4: 0x7F00_0001)]) })
            guard case .refused = await sender.send(Self.webhook("http://[::1]:\(port)/")) else {
                Issue.record("the webhook went to ::1")
                return
            }
            #expect(!fixture.log.lines.contains { $0.contains("request") })
        }
    }

    @Test("Loopback for development opens loopback only")
    func development() async throws {
        #expect(Self.loopback.allows(IPAddress(ipv4: 0x7F00_0001)))
        for text in ["10.0.0.1", "169.254.169.254", "0.0.0.0", "fe80::1"] {
            #expect(!Self.loopback.allows(try #require(IPAddress(text))))
        }
    }

    @Test("The relay's own addresses are none that webhooks go to, the public one included, however they are written")
    func ownAddresses() async throws {
        let own = try ["198.51.100.7", "8.8.4.4", "2001:4860:4860::8844"].map { try #require(IPAddress($0)) }
        let policy = WebhookTargetPolicy(ownAddresses: { own })
        for host in [
            "8.8.4.4", "[2001:4860:4860::8844]", "[::ffff:8.8.4.4]", "[64:ff9b::808:404]", "[2002:808:404::1]",
        ] {
            guard case .refused(let reason) = await Self.sender(policy: policy).send(Self.webhook("http://\(host)/"))
            else {
                Issue.record("a webhook went to \(host)")
                continue
            }
            #expect(reason.contains("this relay's own") && reason.contains("webhook.allow_networks"))
        }
        #expect(policy.judge(.addresses([IPAddress(ipv4: 0x0808_0808)])) == .allowed(IPAddress(ipv4: 0x0808_0808)))
        let opened = WebhookTargetPolicy(allowedNetworks: [try #require(IPNetwork("8.8.4.4"))], ownAddresses: { own })
        #expect(opened.allows(own[1]))
    }

    @Test(
        "What a URL alone tells of a refusal is known before anything is looked up",
        arguments: [
            ("http://10.0.0.1/", "private"), ("https://169.254.169.254/", "metadata"), ("http://127.1/", "loopback"),
            ("http://[::1]:80/", "loopback"), ("http://hooks.example.net/", nil), ("http://8.8.8.8/", nil),
            ("ftp://8.8.8.8/", "http or https"),
        ] as [(String, String?)]
    )
    func refusalOfURL(url: String, words: String?) {
        let refusal = WebhookTargetPolicy().refusal(of: url)
        if let words { #expect(refusal?.contains(words) == true) } else { #expect(refusal == nil) }
    }
}

extension HTTPWebhookSender {
    /// The whole way.
    func send(_ webhook: PendingWebhook) async -> WebhookResult {
        switch await locate(webhook) {
        case .address(let address): await send(webhook, to: address)
        case .nowhere(let result): result
        }
    }
}
