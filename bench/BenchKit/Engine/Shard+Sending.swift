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
            let isMeasured = round >= schedule.warmupRounds
            if isMeasured {
                if opening == nil { openWindow() }
                tally.lateness.record(min((now &- nextPlanned) / 1000, Tally.longest))
            }
            let sent = sendTurn(planned: nextPlanned)
            if isMeasured { tally.sent &+= sent } else { tally.warmupSent &+= sent }
            planNext()
            budget &-= Int(schedule.burst)
            now = MonotonicClock.now()
        }
    }

    /// Sends the datagrams of the next flow's turn; returns how many the kernel took.
    @inline(__always)
    mutating func sendTurn(planned: UInt64) -> UInt64 {
        let flow = flows[flowCursor]
        let peer = flow.kind == .down ? peers[Int(flow.session) &* plan.clients &+ Int(flow.client)] : 0
        let first = round &* schedule.burst
        var sent: UInt64 = 0
        for number in 0..<schedule.burst
        where send(
            flow.kind,
            from: Int(flow.sender),
            client: flow.client,
            peer: peer,
            sequence: first &+ number,
            planned: planned
        ) {
            sent &+= 1
        }
        flowCursor &+= 1
        if flowCursor == flows.count {
            flowCursor = 0
            round &+= 1
        }
        return sent
    }

    /// Works out when the next datagram is to leave.
    mutating func planNext() {
        guard round < schedule.rounds else {
            nextPlanned = .max
            return
        }
        nextPlanned = start &+ schedule.offset(round: round, slot: Int(flows[flowCursor].slot))
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
        let isGathered = plan.together && phase == .sending
        if isGathered { makeRoom(for: sender) }
        guard let base = outgoing.baseAddress.map({ $0 + gathered.bytes }) else { return false }
        let header = Wire.writeHeader(
            role: endpoint.role,
            credentials: endpoint.credentials,
            peer: peer,
            size: plan.size,
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
        if isGathered {
            gathered.add(header &+ plan.size)
            return true
        }
        return transmit(sender, base, header &+ plan.size, to: peer)
    }

    /// The planned time of the next keep-alive.
    var nextKeepAlive: UInt64 {
        guard Wire.hasKeepAlives else { return .max }
        let phase = keepAliveInterval / UInt64(endpoints.count) &* UInt64(keepAliveCursor)
        return keepAliveStart &+ (keepAliveRound &+ 1) &* keepAliveInterval &+ phase
    }

    /// Sends the keep-alives that are due: every player that has joined once an interval, evenly spread.
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
        if transmit(sender, base, length, to: 0) { tally.keepAlivesSent &+= 1 }
    }

    /// Hands one datagram to the kernel; `peer` is where it goes where a host's socket is not connected.
    ///
    /// A refusal that waited in the socket from an earlier datagram is counted and cleared, and the datagram sent again.
    @inline(__always)
    mutating func transmit(_ sender: Int, _ bytes: UnsafeMutableRawPointer, _ length: Int, to peer: Int64) -> Bool {
        let socket = endpoints[sender].socket
        let isConnected = Wire.hostSocket == .connected || endpoints[sender].role == .client
        for _ in 0..<2 {
            let result =
                isConnected
                ? Glibc.send(socket, bytes, length, Int32(MSG_DONTWAIT))
                : UDPSocket.send(bytes, length, from: socket, to: IPv4Endpoint(packed: peer))
            if result >= 0 { return true }
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
