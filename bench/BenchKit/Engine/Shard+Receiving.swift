import Glibc
internal import Histogram

extension Shard {
    /// Reads what waits in a player's socket and checks it.
    mutating func receive(endpoint index: Int) {
        let socket = endpoints[index].socket
        for _ in 0..<4 {
            let count = batch.receive(from: socket)
            guard count > 0 else {
                if count < 0, errno == ECONNREFUSED { tally.refused &+= 1 }
                return
            }
            let now = MonotonicClock.now()
            let wall = MonotonicClock.wall()
            lastArrival = now
            for place in 0..<count {
                var lag: UInt64 = 0
                if isPaced, let arrival = batch.arrival(place) {
                    // The wall clock may be set back between the two readings.
                    lag = wall > arrival ? wall &- arrival : 0
                    if phase == .sending { tally.receiveLag.record(min(lag / 1000, Tally.longest)) }
                }
                deliveredAt = now &- min(lag, now)
                note(batch.datagram(place), from: batch.source(place), endpoint: index, now: now)
            }
            if count < ReceiveBatch.capacity { return }
        }
    }

    @inline(__always)
    private mutating func note(_ datagram: UnsafeRawBufferPointer, from source: Int64, endpoint index: Int, now: UInt64)
    {
        switch Wire.read(datagram, role: endpoints[index].role, source: source) {
        case .payload(let offset, let peer):
            let payload = UnsafeRawBufferPointer(rebasing: datagram[offset...])
            guard payload.count == plan.size, let header = Payload.read(payload) else {
                tally.corrupt &+= 1
                return
            }
            note(header, endpoint: index, peer: peer, now: now)
        case .keepAliveAnswer(let isValid):
            noteKeepAliveAnswer(endpoint: index, isValid: isValid)
        case .setupAnswer(let transaction, let error):
            noteSetupAnswer(transaction, error: error, endpoint: index)
        case .unexpected:
            tally.unexpected &+= 1
        }
    }

    private mutating func note(_ header: PayloadHeader, endpoint index: Int, peer: Int64, now: UInt64) {
        guard header.run == runNumber else {
            tally.unexpected &+= 1
            return
        }
        let endpoint = endpoints[index]
        let client = Int(header.client)
        guard Int(header.session) == sessionNumbers[Int(endpoint.session)], client < plan.clients,
            isMeant(header, for: endpoint)
        else {
            tally.misrouted &+= 1
            return
        }
        if endpoint.role == .host, !checkPeer(peer, session: Int(endpoint.session), client: client) {
            tally.wrongConnectionID &+= 1
        }
        switch header.kind {
        case .hello, .welcome:
            noteIntroduction(header, endpoint: index, peer: peer)
        case .up, .down:
            noteMeasured(header, session: Int(endpoint.session), client: client, now: now)
        }
    }

    @inline(__always)
    private func isMeant(_ header: PayloadHeader, for endpoint: Endpoint) -> Bool {
        switch header.kind {
        case .up, .hello: endpoint.role == .host
        case .down, .welcome: endpoint.client == Int32(header.client)
        }
    }

    private mutating func noteMeasured(_ header: PayloadHeader, session: Int, client: Int, now: UInt64) {
        let lane = plan.direction == .both && header.kind == .down ? 1 : 0
        let flow = (session &* plan.clients &+ client) &* plan.flowsPerClient &+ lane
        switch windows.note(flow: flow, sequence: header.sequence) {
        case .inOrder:
            break
        case .reordered:
            tally.reordered &+= 1
        case .duplicate:
            tally.duplicates &+= 1
            return
        case .tooOld:
            tally.tooOld &+= 1
            return
        }
        arrivalsRead &+= 1
        guard isPaced else { return }
        guard header.sequence >= schedule.warmupDatagrams else {
            tally.warmupDelivered &+= 1
            return
        }
        tally.delivered &+= 1
        noteGap(flow: flow)
        let latency = now > header.planned ? now &- header.planned : 0
        tally.latency.record(min(latency / 1000, Tally.longest))
    }

    /// The time since the flow's last delivery: as its player would see it, the generator's own delay left out.
    @inline(__always)
    private mutating func noteGap(flow: Int) {
        let last = lastDeliveries[flow]
        lastDeliveries[flow] = max(last, deliveredAt)
        if last != 0, deliveredAt > last { tally.longestGap = max(tally.longestGap, deliveredAt &- last) }
    }
}
