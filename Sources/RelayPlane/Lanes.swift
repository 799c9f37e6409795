internal import LinuxIO
internal import RelayCore

/// What leaves in answer to one received batch: one queue for each socket of the pair.
struct Lanes: ~Copyable {
    private var serverIPv4 = SendBatch(isIPv4: true)
    private var serverIPv6 = SendBatch(isIPv4: false)
    private var clientIPv4 = SendBatch(isIPv4: true)
    private var clientIPv6 = SendBatch(isIPv4: false)
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
        through entry: SocketTable.Entry
    ) {
        let isIPv4 = target.pointee.isIPv4
        // The sockets know the address they are bound to; another one has to be named.
        let local = target.pointee.local == entry.local ? LocalAddress() : target.pointee.local
        send(
            bytes,
            length: length,
            to: UnsafeMutableRawPointer(target),
            isIPv4: isIPv4,
            from: local,
            outOf: role,
            entry.sockets
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
        case (.server, true):
            serverIPv4.append(bytes, length: length, to: name, from: from, through: sockets.serverIPv4)
        case (.server, false):
            serverIPv6.append(bytes, length: length, to: name, from: from, through: sockets.serverIPv6)
        case (.client, true):
            clientIPv4.append(bytes, length: length, to: name, from: from, through: sockets.clientIPv4)
        case (.client, false):
            clientIPv6.append(bytes, length: length, to: name, from: from, through: sockets.clientIPv6)
        }
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
        let flushed = batch.flush(through: socket)
        counters.add(UInt64(flushed.batches), to: .sendBatches)
        if flushed.joined > 0 { counters.add(UInt64(flushed.joined), to: .joinedDatagrams) }
        if flushed.failed > 0 { counters.countDrop(.sendError, UInt64(flushed.failed)) }
    }
}
