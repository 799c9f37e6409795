internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import RelayNet

/// Asks a receiver for its certificate without believing it, to say what is wrong with it. BoringSSL only says that it is
/// not accepted. Nothing is sent but the handshake.
enum CertificateProbe {
    /// - Returns: `nil` where none comes in time.
    static func certificate(of address: IPAddress, port: Int, name: String) async -> NIOSSLCertificate? {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        guard let context = try? NIOSSLContext(configuration: configuration) else { return nil }
        let group = MultiThreadedEventLoopGroup.singleton
        let promise = group.any().makePromise(of: NIOSSLCertificate?.self)
        let serverName = IPAddress(name) == nil ? name : nil
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.seconds(2))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: serverName)
                    try channel.pipeline.syncOperations.addHandlers(handler, Catcher(handler, promise))
                    channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
                }
            }
        bootstrap.connect(host: address.description, port: port).whenFailure { _ in promise.succeed(nil) }
        return (try? await promise.futureResult.get()) ?? nil
    }

    private final class Catcher: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let tls: NIOSSLClientHandler
        private let promise: EventLoopPromise<NIOSSLCertificate?>

        init(_ tls: NIOSSLClientHandler, _ promise: EventLoopPromise<NIOSSLCertificate?>) {
            self.tls = tls
            self.promise = promise
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            // There is one once the handshake is done.
            if let certificate = tls.peerCertificate {
                promise.succeed(certificate)
                context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelInactive(context: ChannelHandlerContext) { promise.succeed(nil) }
    }
}
