internal import NIOCore

/// Lets accepted connections in, or closes them before anything is set up for them.
final class ConnectionGate: ChannelInboundHandler {
    typealias InboundIn = Channel
    typealias InboundOut = Channel

    private let table: ConnectionTable

    init(table: ConnectionTable) { self.table = table }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connection = unwrapInboundIn(data)
        if table.admit(connection) {
            context.fireChannelRead(data)
        } else {
            connection.close(promise: nil)
        }
    }
}
