package import Hummingbird
internal import NIOCore

/// What is known of a request beside its head and body: where it came from.
package struct APIContext: InitializableFromSource, Sendable {
    /// The other end of the connection; `nil` for connections without addresses.
    let peer: SocketAddress?

    init(peer: SocketAddress?) { self.peer = peer }

    package init(source: ApplicationRequestContextSource) {
        peer = source.channel.remoteAddress
    }
}
