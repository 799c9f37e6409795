import Glibc
internal import Histogram

extension Shard {
    /// Sends every datagram whose planned time has come, up to a number after which receiving has its turn.
    ///
    /// Neighbouring slots belong to different players and so to different sockets: there is nothing for `sendmmsg` to
    /// gather.
    mutating func sendDue(_ now: inout UInt64) {
        var budget = 64
        while nextPlanned <= now, budget > 0 {
            let flow = flows[flowCursor]
            let isMeasured = round >= schedule.warmupRounds
            let peer = flow.kind == .down ? peers[Int(flow.session) &* plan.clients &+ Int(flow.client)] : 0
            if isMeasured {
                tally.lateness.record(min((now &- nextPlanned) / 1000, Tally.longest))
            }
            if send(
                flow.kind,
                from: flow.sender,
                client: flow.client,
                peer: peer,
                sequence: round,
                planned: nextPlanned
            ) {
                if isMeasured { tally.sent &+= 1 } else { tally.warmupSent &+= 1 }
            }
            flowCursor &+= 1
            if flowCursor == flows.count {
                flowCursor = 0
                round &+= 1
            }
            planNext()
            budget &-= 1
            now = MonotonicClock.now()
        }
    }

    /// Works out when the next datagram is to leave.
    mutating func planNext() {
        guard round < schedule.rounds else {
            nextPlanned = .max
            return
        }
        nextPlanned = start &+ schedule.offset(round: round, slot: flows[flowCursor].slot)
    }

    /// Sends one payload; false where the kernel did not take it.
    @inline(__always)
    mutating func send(
        _ kind: PayloadHeader.Kind,
        from sender: Int,
        client: Int32,
        peer: Int64,
        sequence: UInt32,
        planned: UInt64
    ) -> Bool {
        let endpoint = endpoints[sender]
        guard let base = outgoing.baseAddress else { return false }
        let header = Wire.writeHeader(
            role: endpoint.role,
            credentials: endpoint.credentials,
            peer: peer,
            into: base
        )
        let payload = PayloadHeader(
            run: runNumber,
            session: UInt32(truncatingIfNeeded: sessionNumbers[Int(endpoint.session)]),
            client: UInt16(truncatingIfNeeded: client),
            kind: kind,
            sequence: sequence,
            planned: planned
        )
        Payload.write(payload, into: UnsafeMutableRawBufferPointer(start: base + header, count: plan.size))
        return transmit(endpoint.socket, base, header &+ plan.size)
    }

    /// The planned time of the next keep-alive.
    var nextKeepAlive: UInt64 {
        let phase = Shard.keepAliveInterval / UInt64(endpoints.count) &* UInt64(keepAliveCursor)
        return keepAliveStart &+ (keepAliveRound &+ 1) &* Shard.keepAliveInterval &+ phase
    }

    /// Sends the keep-alives that are due: every player that has joined twice a second, evenly spread.
    mutating func sendKeepAlives(_ now: UInt64) {
        var budget = 64
        while nextKeepAlive <= now, budget > 0 {
            if endpoints[keepAliveCursor].hasJoined { sendKeepAlive(from: keepAliveCursor) }
            keepAliveCursor &+= 1
            if keepAliveCursor == endpoints.count {
                keepAliveCursor = 0
                keepAliveRound &+= 1
            }
            budget &-= 1
        }
    }

    mutating func sendKeepAlive(from sender: Int) {
        guard let base = outgoing.baseAddress else { return }
        let length = Wire.writeKeepAlive(credentials: endpoints[sender].credentials, into: base)
        if transmit(endpoints[sender].socket, base, length) { tally.keepAlivesSent &+= 1 }
    }

    /// Hands one datagram to the kernel.
    ///
    /// A refusal that waited in the socket from an earlier datagram is counted and cleared, and the datagram sent again.
    private mutating func transmit(_ socket: Int32, _ bytes: UnsafeMutableRawPointer, _ length: Int) -> Bool {
        for _ in 0..<2 {
            if Glibc.send(socket, bytes, length, Int32(MSG_DONTWAIT)) >= 0 { return true }
            guard errno == ECONNREFUSED else {
                tally.unsent &+= 1
                return false
            }
            tally.refused &+= 1
        }
        // Refused at once each time: nobody listens there, which is no fault of the generator.
        return true
    }
}
