internal import LinuxIO
internal import RelayCore

/// What leaves in answer to one received batch: one queue for each socket of the pair.
struct Lanes: ~Copyable {
    private var serverIPv4 = SendBatch()
    private var serverIPv6 = SendBatch()
    private var clientIPv4 = SendBatch()
    private var clientIPv6 = SendBatch()
    private let counters: CounterPage

    init(counters: CounterPage) {
        self.counters = counters
    }

    /// Queues a datagram to a learned endpoint.
    @inline(__always)
    mutating func send(
        _ bytes: UnsafeMutableRawPointer,
        length: Int,
        to target: UnsafeMutablePointer<BoundEndpoint>,
        outOf role: PortRole,
        _ sockets: PairSockets
    ) {
        let local = target.pointee.local
        send(
            bytes,
            length: length,
            to: UnsafeMutableRawPointer(target),
            isIPv4: target.pointee.isIPv4,
            from: local,
            outOf: role,
            sockets
        )
    }

    /// Queues a datagram to a socket address.
    @inline(__always)
    mutating func send(
        _ bytes: UnsafeMutableRawPointer,
        length: Int,
        to name: UnsafeMutableRawPointer,
        isIPv4: Bool,
        from local: LocalAddress,
        outOf role: PortRole,
        _ sockets: PairSockets
    ) {
        let from = (high: local.high, low: local.low)
        switch (role, isIPv4) {
        case (.server, true): Self.add(&serverIPv4, sockets.serverIPv4, counters, bytes, length, name, true, from)
        case (.server, false): Self.add(&serverIPv6, sockets.serverIPv6, counters, bytes, length, name, false, from)
        case (.client, true): Self.add(&clientIPv4, sockets.clientIPv4, counters, bytes, length, name, true, from)
        case (.client, false): Self.add(&clientIPv6, sockets.clientIPv6, counters, bytes, length, name, false, from)
        }
    }

    @inline(__always)
    private static func add(
        _ batch: inout SendBatch,
        _ socket: Int32,
        _ counters: CounterPage,
        _ bytes: UnsafeMutableRawPointer,
        _ length: Int,
        _ name: UnsafeMutableRawPointer,
        _ isIPv4: Bool,
        _ from: (high: UInt64, low: UInt64)
    ) {
        if batch.isFull { flush(&batch, socket, counters) }
        batch.append(bytes, length: length, to: name, isIPv4: isIPv4, from: from)
    }

    /// Sends everything queued.
    @inline(__always)
    mutating func flush(_ sockets: PairSockets) {
        Self.flush(&serverIPv4, sockets.serverIPv4, counters)
        Self.flush(&serverIPv6, sockets.serverIPv6, counters)
        Self.flush(&clientIPv4, sockets.clientIPv4, counters)
        Self.flush(&clientIPv6, sockets.clientIPv6, counters)
    }

    @inline(__always)
    private static func flush(_ batch: inout SendBatch, _ socket: Int32, _ counters: CounterPage) {
        if batch.count == 0 { return }
        counters.add(1, to: .sendBatches)
        let failed = batch.flush(through: socket)
        if failed > 0 { counters.countDrop(.sendError, UInt64(failed)) }
    }
}
