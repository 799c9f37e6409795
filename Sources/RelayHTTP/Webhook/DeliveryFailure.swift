internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Why a webhook did not arrive, so far as the error tells.
enum DeliveryFailure: Error, Equatable {
    /// The certificate is good, and for another host.
    case wrongName
    /// The certificate is not accepted.
    case untrusted
    /// In words for the log.
    case words(String)

    /// Takes an error of the client or of what is below it. None of their own words are passed on: they are not for
    /// operators, and may name source files of the machine that built them.
    init(_ error: any Error) {
        switch error {
        case let error as HTTPClientError: self = .words(Self.words(error))
        case let error as NIOSSLExtraError
        where error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch:
            self = .wrongName
        case let error as NIOSSLError: self.init(error)
        case let error as BoringSSLError: self.init(error)
        case let error as NIOConnectionError:
            self = error.connectionErrors.first.map { Self($0.error) } ?? .words("no connection")
        case let error as IOError: self = .words(Self.words(errno: error.errnoCode))
        case is HTTPParserError: self = .words("the answer is not HTTP")
        case let error as ChannelError: self = .words(Self.words(error))
        default: self = .words("the connection failed (\(type(of: error)))")
        }
    }

    private init(_ error: NIOSSLError) {
        switch error {
        case .handshakeFailed(let error), .shutdownFailed(let error): self.init(error)
        case .uncleanShutdown: self = .words(Self.closed)
        case .noCertificateToValidate: self = .words("the receiver has no certificate")
        case .unableToValidateCertificate: self = .untrusted
        default: self = .words("the TLS connection failed")
        }
    }

    private init(_ error: BoringSSLError) {
        switch TLSFailure.cause(of: error) {
        case .untrusted: self = .untrusted
        case .words(let words): self = .words(words)
        }
    }

    private static let closed = "the receiver closed the connection without an answer"

    private static func words(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout: "no connection in time"
        case .tlsHandshakeTimeout: "the TLS handshake was not done in time"
        case .readTimeout, .deadlineExceeded, .writeTimeout: "no answer in time"
        case .remoteConnectionClosed, .uncleanShutdown: closed
        case .cancelled, .alreadyShutdown: "stopped"
        default: "the receiver cannot be spoken to: \(error.shortDescription.lowercased())"
        }
    }

    private static func words(_ error: ChannelError) -> String {
        switch error {
        case .connectTimeout: "no connection in time"
        case .eof, .ioOnClosedChannel, .inputClosed, .outputClosed, .alreadyClosed: closed
        default: "the connection failed"
        }
    }

    private static func words(errno code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "the connection was refused: nothing listens there"
        case ECONNRESET, EPIPE: "the receiver reset the connection"
        case ETIMEDOUT: "no connection in time"
        case EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL: "there is no route to the receiver"
        case EMFILE, ENFILE: "this machine has no descriptors left for a connection"
        default: "the connection failed (\(String(cString: strerror(code))))"
        }
    }
}
