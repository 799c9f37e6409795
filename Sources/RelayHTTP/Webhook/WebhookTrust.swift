internal import Glibc
internal import NIOSSL

/// The certificate authorities that vouch for webhooks' receivers: the system's, and those of the operator.
///
/// NIOSSL looks at the places of the common distributions and not at the environment. So `SSL_CERT_FILE` and
/// `SSL_CERT_DIR`, which OpenSSL and what is built on it take instead of the system's, are read here.
package struct WebhookTrust: Sendable {
    let roots: NIOSSLTrustRoots
    let additional: [NIOSSLCertificate]
    /// Whether there is any authority but the operator's own.
    let hasSystemRoots: Bool
    /// What the operator should know, in words.
    package let warnings: [String]

    /// Where NIOSSL looks.
    private static let systemPlaces = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs",
    ]

    /// - Parameters:
    ///   - caFile: PEM certificates beside the system's.
    ///   - environment: of the process.
    /// - Throws: `ListenerError` where the file cannot be read or holds no certificate.
    package init(caFile: String?, environment: [String: String]) throws(ListenerError) {
        additional = if let caFile { try Self.certificates(in: caFile) } else { [] }
        var warnings: [String] = []
        var roots: NIOSSLTrustRoots?
        if let file = environment["SSL_CERT_FILE"], !file.isEmpty {
            do throws(ListenerError) {
                roots = .certificates(try Self.certificates(in: file))
            } catch {
                warnings.append("SSL_CERT_FILE is ignored: \(error.message)")
            }
        }
        if roots == nil, let directory = environment["SSL_CERT_DIR"], !directory.isEmpty {
            if Self.isThere(directory) {
                roots = .file(directory)
            } else {
                warnings.append("SSL_CERT_DIR is ignored: there is no directory '\(directory)'")
            }
        }
        hasSystemRoots = roots != nil || Self.systemPlaces.contains(where: Self.isThere)
        if !hasSystemRoots, additional.isEmpty {
            warnings.append(
                "this machine knows no certificate authorities, so webhooks over https will fail: install ca-certificates, "
                    + "or set webhook.ca_file"
            )
        }
        self.roots = roots ?? .default
        self.warnings = warnings
    }

    /// Exactly these authorities.
    init(only roots: [NIOSSLCertificate]) {
        self.roots = .certificates(roots)
        additional = []
        hasSystemRoots = true
        warnings = []
    }

    private static func certificates(in path: String) throws(ListenerError) -> [NIOSSLCertificate] {
        guard let file = fopen(path, "re") else {
            throw ListenerError("cannot read '\(path)': \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        // The bundle of a distribution has some hundred kilobytes.
        var bytes = [UInt8](repeating: 0, count: 4 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw ListenerError("cannot read '\(path)': it is no file") }
        guard let found = try? NIOSSLCertificate.fromPEMBytes(Array(bytes.prefix(count))), !found.isEmpty else {
            throw ListenerError(
                "'\(path)' holds no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----"
            )
        }
        return found
    }

    private static func isThere(_ path: String) -> Bool { access(path, R_OK) == 0 }
}
