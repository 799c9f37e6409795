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
        additional = if let caFile { try PEMFile(caFile, key: "webhook.ca_file").certificates() } else { [] }
        var warnings: [String] = []
        var roots: NIOSSLTrustRoots?
        if let file = environment["SSL_CERT_FILE"], !file.isEmpty {
            do throws(ListenerError) {
                roots = .certificates(try PEMFile(file, key: "SSL_CERT_FILE").certificates())
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

    private static func isThere(_ path: String) -> Bool { access(path, R_OK) == 0 }
}
