import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@testable import RelayHTTP

@Suite("TLS")
struct TLSTests {
    private typealias PEM = (certificate: String, key: String)

    private static func credentials(_ pem: PEM) throws -> TLSCredentials {
        let certificate = try TemporaryFile(Array(pem.certificate.utf8))
        let key = try TemporaryFile(Array(pem.key.utf8))
        return try TLSCredentials(certificateFile: certificate.path, keyFile: key.path)
    }

    /// The status of a GET /livez by a client that trusts this certificate only.
    private static func status(
        _ address: ListenAddress,
        trusting pem: PEM,
        _ change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> UInt {
        guard case .tcp(_, let port) = address else { throw NotListening() }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(pem.certificate.utf8)))
        change(&tls)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.dnsOverride = ["localhost": "127.0.0.1"]
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<UInt, any Error>
        do {
            let request = HTTPClientRequest(url: "https://localhost:\(port)/livez")
            result = .success(try await client.execute(request, timeout: .seconds(10)).status.code)
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }

    @Test("The API is served by TLS, and new connections take a renewed certificate without a restart")
    func renewal() async throws {
        let configuration = APIServer.Configuration(
            listen: .tcp(host: "127.0.0.1", port: 0),
            tls: try Self.credentials(TestCertificate.first)
        )
        try await withLiveServer(configuration) { fixture, address in
            #expect(try await Self.status(address, trusting: TestCertificate.first) == 200)
            await #expect(throws: (any Error).self) { try await Self.status(address, trusting: TestCertificate.second) }
            fixture.server.apply(try Self.credentials(TestCertificate.second))
            #expect(try await Self.status(address, trusting: TestCertificate.second) == 200)
            await #expect(throws: (any Error).self) { try await Self.status(address, trusting: TestCertificate.first) }
            // The same again is nothing to tell.
            let isOther = fixture.server.apply(try Self.credentials(TestCertificate.second))
            #expect(!isOther)
            let lines = fixture.log.lines.filter { $0.hasPrefix("notice another certificate is served") }
            #expect(lines.count == 1 && lines[0].contains("ends=Mon, 01 Jan 2120") && lines[0].contains("fingerprint="))
        }
    }

    @Test("TLS is 1.2 or 1.3, and 1.2 has forward secrecy and authenticates what it encrypts")
    func versions() async throws {
        let configuration = APIServer.Configuration(
            listen: .tcp(host: "127.0.0.1", port: 0),
            tls: try Self.credentials(TestCertificate.first)
        )
        try await withLiveServer(configuration) { _, address in
            func status(_ change: (inout TLSConfiguration) -> Void) async throws -> UInt {
                try await Self.status(address, trusting: TestCertificate.first, change)
            }
            let newer = try await status { $0.minimumTLSVersion = .tlsv13 }
            let older = try await status { $0.maximumTLSVersion = .tlsv12 }
            #expect(newer == 200 && older == 200)
            await #expect(throws: (any Error).self) { try await status { $0.maximumTLSVersion = .tlsv11 } }
            await #expect(throws: (any Error).self) {
                try await status {
                    $0.maximumTLSVersion = .tlsv12
                    $0.cipherSuiteValues = [.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]
                }
            }
        }
    }

    @Test(
        "A client that speaks plain HTTP, or nothing at all, is let go",
        arguments: ["GET /livez HTTP/1.1\r\n\r\n", ""]
    )
    func plain(text: String) async throws {
        var configuration = APIServer.Configuration(
            listen: .tcp(host: "127.0.0.1", port: 0),
            tls: try Self.credentials(TestCertificate.first)
        )
        if text.isEmpty { configuration.limits.headerTimeout = .milliseconds(200) }
        try await withLiveServer(configuration) { _, address in
            let answer = try await RawConnection.run(address, .send(text))
            #expect(!answer.hasPrefix("HTTP"))
        }
    }

    @Test("Files that cannot be used are refused with their names, and nothing of the key gets out")
    func unusable() throws {
        let certificate = try TemporaryFile(Array(TestCertificate.first.certificate.utf8))
        let key = try TemporaryFile(Array(TestCertificate.first.key.utf8))
        let otherKey = try TemporaryFile(Array(TestCertificate.second.key.utf8))
        let empty = try TemporaryFile([])
        _ = try TLSCredentials(certificateFile: certificate.path, keyFile: key.path)
        let bom = try TemporaryFile([0xEF, 0xBB, 0xBF] + Array(TestCertificate.first.key.utf8))
        let der = try TemporaryFile(
            try #require(try NIOSSLCertificate.fromPEMBytes(Array(TestCertificate.first.certificate.utf8)).first)
                .toDERBytes()
        )
        let turned = try TemporaryFile(
            Array((TestCertificate.second.certificate + "\n" + TestCertificate.first.certificate).utf8)
        )
        let locked = try TemporaryFile(
            Array("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGHAgEA\n-----END ENCRYPTED PRIVATE KEY-----\n".utf8)
        )
        let cases = [
            ("/nonexistent.pem", key.path, "api.tls.certificate", ["/nonexistent.pem", "does not exist"]),
            (certificate.path, "/nonexistent.pem", "api.tls.key", ["/nonexistent.pem", "does not exist"]),
            ("/tmp", key.path, "api.tls.certificate", ["/tmp"]),
            (empty.path, key.path, "api.tls.certificate", [empty.path, "empty"]),
            (key.path, key.path, "api.tls.certificate", [key.path, "mixed up"]),
            (der.path, key.path, "api.tls.certificate", [der.path, "DER", "openssl x509"]),
            (turned.path, key.path, "api.tls.certificate", [turned.path, "wrong order", "number 2"]),
            (certificate.path, empty.path, "api.tls.key", [empty.path, "empty"]),
            (certificate.path, certificate.path, "api.tls.key", [certificate.path, "mixed up"]),
            (certificate.path, bom.path, "api.tls.key", [bom.path, "byte-order mark"]),
            (certificate.path, locked.path, "api.tls.key", [locked.path, "pass phrase", "openssl pkey"]),
            (certificate.path, otherKey.path, "api.tls.key", [certificate.path, otherKey.path, "match"]),
        ]
        for (certificateFile, keyFile, name, parts) in cases {
            let error = #expect(throws: ListenerError.self) {
                try TLSCredentials(certificateFile: certificateFile, keyFile: keyFile)
            }
            #expect(error?.key == name, "\(error?.message ?? "")")
            for part in parts { #expect(error?.message.contains(part) == true, "\(error?.message ?? "")") }
            #expect(error?.message.contains("MIGH") == false)
        }
    }
}
