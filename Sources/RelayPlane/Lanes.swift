internal import LinuxIO
internal import RelayCore

/// What leaves in answer to one received batch: one queue for each socket of the pair.
struct Lanes: ~Copyable {
    private var serverIPv4 = SendBatch(isIPv4: true)
    private var serverIPv6 = SendBatch(isIPv4: false)
    private var clientIPv4 = SendBatch(isIPv4: true)
    private var clientIPv6 = SendBatch(isIPv4: false)
    /// Which of the four have something to send, a bit each: a batch mostly leaves through one.
    private var waiting: UInt8 = 0

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
            waiting |= 1
            serverIPv4.append(bytes, length: length, to: name, from: from, through: sockets.serverIPv4)
        case (.server, false):
            waiting |= 2
            serverIPv6.append(bytes, length: length, to: name, from: from, through: sockets.serverIPv6)
        case (.client, true):
            waiting |= 4
            clientIPv4.append(bytes, length: length, to: name, from: from, through: sockets.clientIPv4)
        case (.client, false):
            waiting |= 8
            clientIPv6.append(bytes, length: length, to: name, from: from, through: sockets.clientIPv6)
        }
    }

    var isAnythingWaiting: Bool { waiting != 0 }

    /// Sends everything queued.
    @inline(__always)
    mutating func flush(_ sockets: PairSockets) {
        let lanes = waiting
        waiting = 0
        if lanes & 1 != 0 { serverIPv4.flush(through: sockets.serverIPv4) }
        if lanes & 2 != 0 { serverIPv6.flush(through: sockets.serverIPv6) }
        if lanes & 4 != 0 { clientIPv4.flush(through: sockets.clientIPv4) }
        if lanes & 8 != 0 { clientIPv6.flush(through: sockets.clientIPv6) }
    }

    /// Counts what has become of what was sent since the last call.
    mutating func count(in counters: CounterPage) {
        Self.count(serverIPv4.takeTotals(), in: counters)
        Self.count(serverIPv6.takeTotals(), in: counters)
        Self.count(clientIPv4.takeTotals(), in: counters)
        Self.count(clientIPv6.takeTotals(), in: counters)
    }

    private static func count(_ totals: SendBatch.Totals, in counters: CounterPage) {
        counters.add(UInt64(totals.batches), to: .sendBatches)
        counters.add(UInt64(totals.joined), to: .joinedDatagrams)
        guard totals.failed > 0 else { return }
        counters.countDrop(.sendError, UInt64(totals.failed))
        counters.set(.lastSendError, to: UInt64(totals.lastError))
    }
}
