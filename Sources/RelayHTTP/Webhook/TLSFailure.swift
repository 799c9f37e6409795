internal import Glibc
internal import NIOSSL

/// What went wrong with TLS, in words for the log: BoringSSL's own name a source file of the machine that built it.
enum TLSFailure {
    /// What a failed handshake came to.
    enum Cause: Equatable {
        /// The certificate was not accepted; why has to be looked up in it.
        case untrusted
        case words(String)
    }

    static func cause(of error: BoringSSLError) -> Cause {
        switch error {
        case .sslError(let stack), .unknownError(let stack): cause(of: stack)
        case .zeroReturn, .syscallError: .words("the receiver closed the connection during the TLS handshake")
        case .invalidSNIName: .words("the host's name cannot be one of a certificate")
        default: .words("the TLS handshake failed")
        }
    }

    private static func cause(of stack: NIOBoringSSLErrorStack) -> Cause {
        if stack.contains(.eofDuringHandshake) {
            return .words("the receiver closed the connection during the TLS handshake")
        }
        guard let reason = stack.lazy.compactMap({ reason(in: $0.description) }).first else {
            return .words("the TLS handshake failed")
        }
        switch reason {
        case "CERTIFICATE_VERIFY_FAILED":
            return .untrusted
        case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNEXPECTED_MESSAGE", "UNEXPECTED_RECORD":
            return .words("the receiver does not speak TLS on this port: is the URL meant to be http?")
        case "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION":
            return .words("the receiver speaks no version of TLS from 1.2 on")
        case "SSLV3_ALERT_HANDSHAKE_FAILURE", "HANDSHAKE_FAILURE_ON_CLIENT_HELLO", "NO_SHARED_CIPHER",
            "TLSV1_ALERT_INSUFFICIENT_SECURITY":
            return .words(
                "the receiver refused the TLS handshake: it shares no cipher or version, or knows no such host"
            )
        case "TLSV1_UNRECOGNIZED_NAME", "TLSV1_ALERT_UNRECOGNIZED_NAME":
            return .words("the receiver knows no host of this name")
        case "TLSV1_CERTIFICATE_REQUIRED", "TLSV1_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE":
            return .words("the receiver asks for a client's certificate, which webhooks do not have")
        default:
            return .words("the TLS handshake failed (\(reason.lowercased().replacing("_", with: " ")))")
        }
    }

    /// `error:CODE:LIBRARY:FUNCTION:REASON at FILE:LINE`: the reason, an identifier in capitals.
    private static func reason(in text: String) -> String? {
        let words = text.split(separator: " at ").first ?? ""
        guard let last = words.split(separator: ":").last, !last.isEmpty,
            last.utf8.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) || $0 == 95 })
        else { return nil }
        return String(last)
    }

    /// Why a certificate is not accepted.
    /// - Parameter now: seconds since 1970.
    static func words(_ certificate: NIOSSLCertificate?, hasSystemRoots: Bool, now: Double) -> String {
        guard let certificate else {
            return "the receiver's certificate is not valid here: its authority is unknown, or it has expired"
        }
        if Double(certificate.notValidAfter) < now {
            return "the receiver's certificate expired on \(day(certificate.notValidAfter))"
        }
        if Double(certificate.notValidBefore) > now {
            return
                "the receiver's certificate is valid only from \(day(certificate.notValidBefore)) on: is this clock right?"
        }
        if certificate.issuerName == certificate.subjectName {
            return "the receiver's certificate is signed by itself: if that is meant, name it in webhook.ca_file"
        }
        if !hasSystemRoots {
            return "this machine knows no certificate authorities: install ca-certificates, or set webhook.ca_file"
        }
        return "the receiver's certificate is of an authority that is not known here\(issuer(certificate)): name it in "
            + "webhook.ca_file, or have the receiver send the certificates in between"
    }

    private static func day(_ time: time_t) -> String {
        var time = time
        var parts = tm()
        gmtime_r(&time, &parts)
        func digits(_ number: CInt) -> String { (number < 10 ? "0" : "") + "\(number)" }
        return "\(parts.tm_year + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
    }

    /// The receiver chose the text, so only what is harmless in a log is taken.
    private static func issuer(_ certificate: NIOSSLCertificate) -> String {
        guard let name = certificate.issuerName.last(where: { $0.type == .commonName })?.value else { return "" }
        let harmless = name.unicodeScalars.filter {
            $0.isASCII
                && ($0.properties.isAlphabetic || (48...57).contains($0.value) || " .-_".unicodeScalars.contains($0))
        }
        return harmless.isEmpty ? "" : " (\(String(String.UnicodeScalarView(harmless.prefix(64)))))"
    }
}
