internal import LinuxIO
internal import RelayCore
internal import RelayWire

// The way of a datagram: read in a batch, judged one by one, sent in a batch.
extension Worker {
    /// Reads what waits in a socket and forwards it, a few batches at the most.
    mutating func serve(_ place: UnsafePointer<SocketTable.Entry>, now: UInt64) {
        let entry = place.pointee
        guard entry.number >= 0 else { return }
        for _ in 0..<Self.roundsPerSocket {
            var stamp = ReceiveStamp.unknown
            let count: Int
            // Now and then one datagram, the oldest of its batch, tells how long datagrams stay.
            if isTimed(now: now) {
                count = received.receive(from: entry.number, stamp: &stamp)
            } else {
                count = received.receive(from: entry.number)
            }
            if count == 0 { return }
            setup.counters.add(1, to: .receiveBatches)
            setup.counters.countBatch(count)
            for index in 0..<count {
                let datagram = received.datagrams[index]
                batch.datagrams[index] = DatagramBytes(base: datagram.bytes, length: datagram.length)
            }
            // A datagram alone has nothing to wait together with.
            if count > 1 {
                engine.lookAhead(batch.datagrams, count: count, role: entry.role, into: batch.guesses)
            } else {
                batch.guesses[0] = .none
            }
            for index in 0..<count { forward(index, entry, now: now) }
            if engine.hasEvents { drainEvents() }
            let isAnythingSent = lanes.isAnythingWaiting
            lanes.flush(entry.sockets)
            if stamp.isKnown, isAnythingSent { setup.counters.countLatency(stamp.age()) }
            if count < ReceiveBatch.capacity { return }
        }
    }

    @inline(__always)
    private mutating func forward(_ index: Int, _ entry: SocketTable.Entry, now: UInt64) {
        let name = received.datagrams[index].name
        var local = entry.local
        if local.isUnknown {
            let words = received.datagrams[index].local
            local = LocalAddress(high: words.high, low: words.low)
        }
        let arrival = Arrival(
            source: PeerEndpoint(socketAddress: name),
            local: local,
            role: entry.role,
            pair: entry.pair,
            now: now
        )
        let datagram = batch.datagrams[index]
        let isOversize = datagram.length > Wire.maximumLength
        let verdict = engine.process(datagram, isOversize: isOversize, arrival, batch.guesses[index])
        switch verdict.action {
        case .nothing:
            break
        case .reply:
            lanes.send(
                datagram.base,
                length: Int(verdict.length),
                to: name,
                isIPv4: arrival.source.isIPv4,
                from: entry.local.isUnknown ? local : LocalAddress(),
                outOf: entry.role,
                entry.sockets
            )
        case .forward:
            if let target = verdict.target {
                lanes.send(
                    datagram.base + Int(verdict.offset),
                    length: Int(verdict.length),
                    to: target,
                    outOf: entry.role.opposite,
                    through: entry
                )
            }
        }
        if verdict.releasesHeld { releaseHeld(entry, now: now) }
    }

    private mutating func releaseHeld(_ entry: SocketTable.Entry, now: UInt64) {
        while let release = engine.nextRelease(now: now) {
            lanes.send(release.bytes, length: release.length, to: release.target, outOf: release.port, through: entry)
        }
        // The held bytes may be overwritten by the next datagram.
        lanes.flush(entry.sockets)
    }
}

/// A received batch as the engine wants to see it. Allocated once.
struct BatchView: ~Copyable {
    let datagrams: UnsafeMutablePointer<DatagramBytes>
    let guesses: UnsafeMutablePointer<LookAhead>

    init() {
        datagrams = .allocate(capacity: ReceiveBatch.capacity)
        guesses = .allocate(capacity: ReceiveBatch.capacity)
        guesses.initialize(repeating: .none, count: ReceiveBatch.capacity)
    }

    deinit {
        datagrams.deallocate()
        guesses.deallocate()
    }
}
