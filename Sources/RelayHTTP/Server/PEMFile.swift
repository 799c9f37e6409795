internal import NIOSSL
internal import RelaySystem

/// A file with certificates or a key in PEM form, and what people put there instead.
struct PEMFile {
    let path: String
    /// The configuration key that names it.
    let key: String

    /// A chain has a few kilobytes; what is much larger is another file.
    private static let mostBytes = 1 << 20

    init(_ path: String, key: String) {
        self.path = path
        self.key = key
    }

    /// At least one certificate.
    func certificates() throws(ListenerError) -> [NIOSSLCertificate] {
        let bytes = try contents()
        if let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty { return chain }
        let text = String(decoding: bytes, as: UTF8.self)
        try refuseOtherForms(bytes, "openssl x509 -inform DER -in '\(path)' -out NEW.pem")
        if text.contains("PRIVATE KEY-----") {
            let advice =
                key.hasPrefix("api.tls.")
                ? "are api.tls.certificate and api.tls.key mixed up?" : "keep that secret, and name another file"
            throw failure("holds a private key and no certificate: \(advice)")
        }
        if text.contains("BEGIN CERTIFICATE-----") {
            throw failure("holds a certificate that is damaged: copy it anew, with every line from BEGIN to END")
        }
        throw failure("holds no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----")
    }

    /// The private key.
    func privateKey() throws(ListenerError) -> NIOSSLPrivateKey {
        let bytes = try contents()
        let text = String(decoding: bytes, as: UTF8.self)
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
            throw failure(
                "is locked with a pass phrase, and there is nobody to ask for it: 'openssl pkey -in '\(path)' -out NEW.pem' "
                    + "takes it off"
            )
        }
        if let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { return key }
        try refuseOtherForms(bytes, "openssl pkey -inform DER -in '\(path)' -out NEW.pem")
        if text.contains("BEGIN CERTIFICATE-----"), !text.contains("PRIVATE KEY-----") {
            throw failure("holds a certificate and no private key: are api.tls.certificate and api.tls.key mixed up?")
        }
        throw failure("holds no private key in PEM form, which begins with -----BEGIN PRIVATE KEY-----")
    }

    private func refuseOtherForms(_ bytes: [UInt8], _ conversion: String) throws(ListenerError) {
        if bytes.isEmpty { throw failure("is empty") }
        if Self.isDER(bytes) { throw failure("is in DER form and not PEM: '\(conversion)' converts it") }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw failure("begins with a byte-order mark (U+FEFF): save it as UTF-8 without one")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw failure("is UTF-16 text: save it as ASCII or UTF-8 without a byte-order mark")
        }
    }

    /// ASN.1's SEQUENCE with the length of the rest in one, two or three bytes.
    private static func isDER(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 4, bytes[0] == 0x30 else { return false }
        let length =
            switch bytes[1] {
            case 0x82: Int(bytes[2]) << 8 + Int(bytes[3]) + 4
            case 0x81: Int(bytes[2]) + 3
            default: Int(bytes[1]) + 2
            }
        return length == bytes.count
    }

    private func contents() throws(ListenerError) -> [UInt8] {
        do throws(SmallFile.Failure) {
            return try SmallFile.read(path, atMost: Self.mostBytes).bytes
        } catch {
            throw ListenerError(error.words(path), key: key)
        }
    }

    private func failure(_ what: String) -> ListenerError { ListenerError("'\(path)' \(what)", key: key) }
}
