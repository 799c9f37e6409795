import Foundation
import NIOCore
import NIOSSL
import RelayControl
import RelayNet
import Testing

@testable import RelayHTTP

@Suite("TLS to webhooks' receivers", .timeLimit(.minutes(5)))
struct WebhookTLSTests {
    private static let loopback = IPAddress(ipv4: 0x7F00_0001)

    private static func trust() throws -> WebhookTrust {
        WebhookTrust(only: try NIOSSLCertificate.fromPEMBytes(Array(TestAuthority.certificate.utf8)))
    }

    private static func sender(_ trust: WebhookTrust) -> HTTPWebhookSender {
        HTTPWebhookSender(
            secret: nil,
            policy: WebhookTargetPolicy(allowsLoopback: true),
            trust: trust,
            now: { Date().timeIntervalSince1970 },
            resolve: { _ in .addresses([loopback]) },
            patience: .seconds(120)
        )
    }

    private static func webhook(_ port: Int) -> PendingWebhook {
        let url = "https://localhost:\(port)/path-is-secret"
        return PendingWebhook(id: 1, sessionID: "x", url: url, body: [], createdAt: 0, nextAttemptAt: 0)
    }

    /// What comes of a webhook to a server with this certificate.
    private func result(
        _ pair: (certificate: String, key: String),
        _ trust: WebhookTrust,
        _ check: @escaping @Sendable (WebhookResult) -> Void
    ) async throws {
        let certificate = try TemporaryFile(Array(pair.certificate.utf8))
        let key = try TemporaryFile(Array(pair.key.utf8))
        var configuration = APIServer.Configuration(
            listen: .tcp(host: "127.0.0.1", port: 0),
            tls: try TLSCredentials(certificateFile: certificate.path, keyFile: key.path)
        )
        // On a busy machine a handshake may take more than the ten seconds that a listener grants.
        configuration.limits.headerTimeout = .seconds(120)
        try await withLiveServer(configuration) { _, address in
            guard case .tcp(_, let port) = address else { throw NotListening() }
            check(await Self.sender(trust).send(Self.webhook(port)))
        }
    }

    /// No path, no source file, no raw error.
    private func expectWords(
        _ result: WebhookResult,
        _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard case .failed(let reason) = result else {
            Issue.record("\(result)", sourceLocation: sourceLocation)
            return
        }
        #expect(reason.contains(words), sourceLocation: sourceLocation)
        for noise in ["/", "Error", "NIO", "BoringSSL", "OPENSSL", "path-is-secret", ".cc", "0x"] {
            #expect(!reason.contains(noise), "\(reason)", sourceLocation: sourceLocation)
        }
    }

    @Test("A certificate that an authority of the operator's signed is good")
    func good() async throws {
        // The API has no such path; what counts is that its answer came through the handshake.
        try await result(TestAuthority.good, try Self.trust()) { #expect($0 == .failed(reason: "the answer was 404")) }
    }

    @Test("An expired certificate is called that, with its day")
    func expired() async throws {
        try await result(TestAuthority.expired, try Self.trust()) { expectWords($0, "expired on 2021-03-01") }
    }

    @Test("A certificate that is not valid yet is called that")
    func early() async throws {
        try await result(TestAuthority.early, try Self.trust()) { expectWords($0, "valid only from 2100-01-01 on") }
    }

    @Test("A certificate for another host is called that")
    func wrongHost() async throws {
        try await result(TestAuthority.other, try Self.trust()) { expectWords($0, "certificate is not for localhost") }
    }

    @Test("An unknown authority is named, and what to do about it")
    func unknownAuthority() async throws {
        try await result(TestAuthority.good, WebhookTrust(only: [])) {
            expectWords($0, "not known here (Causeway test authority): name it in webhook.ca_file")
        }
    }

    @Test("A certificate that signed itself is called that")
    func selfSigned() async throws {
        try await result(TestCertificate.first, try Self.trust()) { expectWords($0, "signed by itself") }
    }

    @Test(
        "Handshakes that fail otherwise are told apart",
        arguments: [
            (WebhookReceiver.Behaviour.greet(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), "does not speak TLS"),
            (.greet([0x15, 3, 1, 0, 2, 2, 70]), "no version of TLS from 1.2 on"),
            (.greet([0x15, 3, 3, 0, 2, 2, 40]), "refused the TLS handshake"),
            (.hangUp, "closed the connection"), (.close, "the connection"), (.reset, "reset the connection"),
        ] as [(WebhookReceiver.Behaviour, String)]
    )
    func handshake(behaviour: WebhookReceiver.Behaviour, words: String) async throws {
        let receiver = try WebhookReceiver(behaviour)
        expectWords(await Self.sender(try Self.trust()).send(Self.webhook(receiver.port)), words)
    }

    @Test("A port on which nothing listens is called that")
    func refusedConnection() async throws {
        let port = try WebhookReceiver(.close).port
        expectWords(await Self.sender(try Self.trust()).send(Self.webhook(port)), "nothing listens there")
    }

    @Test("Authorities of the operator's file count beside the system's, and other ones from the next reload on")
    func caFile() async throws {
        let file = try TemporaryFile(Array(TestAuthority.certificate.utf8))
        let trust = try WebhookTrust(caFile: file.path, environment: [:])
        #expect(trust.additional.count == 1)
        try await result(TestAuthority.good, trust) { #expect($0 == .failed(reason: "the answer was 404")) }
    }

    @Test("SSL_CERT_FILE is taken instead of the system's authorities, and one that cannot be read is a warning")
    func environment() async throws {
        let file = try TemporaryFile(Array(TestAuthority.certificate.utf8))
        let trust = try WebhookTrust(caFile: nil, environment: ["SSL_CERT_FILE": file.path])
        #expect(trust.warnings.isEmpty)
        try await result(TestAuthority.good, trust) { #expect($0 == .failed(reason: "the answer was 404")) }
        let missing = try WebhookTrust(caFile: nil, environment: ["SSL_CERT_FILE": "/no/such/file"])
        #expect(missing.warnings.contains { $0.contains("SSL_CERT_FILE is ignored") && $0.contains("/no/such/file") })
    }

    @Test("A CA file that is missing, no file, or holds no certificate is refused with words", arguments: 0..<4)
    func badFiles(kind: Int) throws {
        let key = try TemporaryFile(Array(TestAuthority.good.key.utf8))
        let empty = try TemporaryFile([])
        let path = ["/no/such/file", "/tmp", key.path, empty.path][kind]
        do {
            _ = try WebhookTrust(caFile: path, environment: [:])
            Issue.record("\(path) was taken")
        } catch {
            #expect("\(error)".contains(path))
            #expect(!"\(error)".contains("PRIVATE"))
        }
    }
}
