internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The TLS credentials in force; new connections take those of the moment, so that a renewed certificate needs no restart.
final class TLSCredentialsBox: Sendable {
    private let credentials: Mutex<TLSCredentials>

    init(_ credentials: TLSCredentials) { self.credentials = Mutex(credentials) }

    var current: TLSCredentials {
        get { credentials.withLock { $0 } }
        set { credentials.withLock { $0 = newValue } }
    }
}

/// HTTP/1.1 inside TLS. HummingbirdTLS would fix the certificate for the life of the listener.
struct TLSListenerChannel: ServerChildChannel {
    let base: HTTP1Channel
    let credentials: TLSCredentialsBox

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: credentials.current.context))
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
