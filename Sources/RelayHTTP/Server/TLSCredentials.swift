internal import Glibc
internal import NIOSSL

/// A certificate chain and its private key, read from PEM files and known to belong together.
package struct TLSCredentials: Sendable {
    let context: NIOSSLContext

    /// - Throws: `ListenerError` when a file cannot be read, holds nothing of its kind, or the two do not match. The
    ///   message never holds what is in the key file.
    package init(certificateFile: String, keyFile: String) throws(ListenerError) {
        let certificateBytes = try Self.contents(of: certificateFile, key: "api.tls.certificate")
        let keyBytes = try Self.contents(of: keyFile, key: "api.tls.key")
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificateBytes), !chain.isEmpty else {
            throw ListenerError("'api.tls.certificate': '\(certificateFile)' holds no certificate in PEM form")
        }
        guard let key = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem) else {
            throw ListenerError(
                "'api.tls.key': '\(keyFile)' holds no private key in PEM form, or one with a pass phrase; remove the "
                    + "pass phrase"
            )
        }
        do {
            context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) },
                    privateKey: .privateKey(key)
                )
            )
        } catch {
            throw ListenerError(
                "the certificate '\(certificateFile)' and the key '\(keyFile)' cannot be used together: they do not "
                    + "match, or are of a kind that TLS does not take"
            )
        }
    }

    private static func contents(of path: String, key: String) throws(ListenerError) -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw ListenerError("'\(key)': cannot read '\(path)': \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        // A chain has a few kilobytes; what is much larger is another file.
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw ListenerError("'\(key)': cannot read '\(path)': it is no file") }
        return Array(bytes.prefix(count))
    }
}
