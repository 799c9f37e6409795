internal import Crypto
internal import Glibc
internal import NIOSSL
internal import RelaySystem

/// A certificate chain and its private key, read from PEM files and known to belong together.
package struct TLSCredentials: Sendable {
    let context: NIOSSLContext
    /// When the first certificate of the chain to end ends, in seconds since 1970.
    let ends: Int
    /// The SHA-256 of the certificate itself, in hexadecimal digits.
    let fingerprint: String

    /// - Throws: `ListenerError` when a file cannot be read, holds nothing of its kind, or the two do not match. The
    ///   message never holds what is in the key file.
    package init(certificateFile: String, keyFile: String) throws(ListenerError) {
        let certificateFile = PEMFile(certificateFile, key: "api.tls.certificate")
        let keyFile = PEMFile(keyFile, key: "api.tls.key")
        let chain = try certificateFile.certificates()
        let key = try keyFile.privateKey()
        do {
            context = try Self.context(chain, key)
            ends = chain.map(\.notValidAfter).min() ?? 0
            fingerprint = try SHA256.hash(data: chain[0].toDERBytes()).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        } catch {
            throw Self.mismatch(chain, key, certificateFile, keyFile)
        }
    }

    private static func context(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) throws -> NIOSSLContext {
        try NIOSSLContext(configuration: .causeway(certificateChain: chain, privateKey: key))
    }

    private static func mismatch(
        _ chain: [NIOSSLCertificate],
        _ key: NIOSSLPrivateKey,
        _ certificateFile: PEMFile,
        _ keyFile: PEMFile
    ) -> ListenerError {
        // The server's own certificate comes first (RFC 8446, 4.4.2); people concatenate the other way round, too.
        if let place = chain.dropFirst().firstIndex(where: { (try? context([$0], key)) != nil }) {
            return ListenerError(
                "'\(certificateFile.path)' has its certificates in the wrong order: the one of the key is number \(place + 1), "
                    + "and has to be the first",
                key: certificateFile.key
            )
        }
        return ListenerError(
            "the certificate '\(certificateFile.path)' and the key '\(keyFile.path)' do not match, or are of a kind that TLS "
                + "does not take: name the key that the certificate was made for",
            key: keyFile.key
        )
    }
}
