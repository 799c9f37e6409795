import Synchronization

extension Shard {
    /// The state of things at one end of the measured time.
    struct Edge: BitwiseCopyable {
        /// Arrivals so far; 0 in a paced run, which knows of each datagram whether it is measured.
        var arrivals: UInt64
        /// Processor time of the watched process so far.
        var processor: UInt64
    }

    /// Once this shard's players have all joined: filters their sockets where the run is sampled. What the filters drop
    /// until the schedule begins, such as a hello said twice, is not counted.
    mutating func prepareIfJoined() {
        guard !isPrepared, joinedHosts == sessionNumbers.count, joinedClients == sessionNumbers.count &* plan.clients
        else { return }
        isPrepared = true
        guard isSampled else { return }
        for endpoint in endpoints {
            // From here on a drop says nothing of the queue.
            tally.socketDrops += UInt64(UDPSocket.drops(of: endpoint.socket))
            do {
                try SamplingFilter.attach(to: endpoint.socket, oneIn: plan.sample)
            } catch {
                status.filterError.store(Int(error.code), ordering: .relaxed)
                isPrepared = false
                return
            }
        }
    }

    /// Notes the counters from which ``arrivals()`` counts.
    mutating func beginCounting() {
        guard isSampled else { return }
        for index in endpoints.indices { endpoints[index].firstDrops = UDPSocket.drops(of: endpoints[index].socket) }
    }

    /// Measured payloads that have reached this shard's sockets: those read and those the filters kept from it.
    func arrivals() -> UInt64 {
        guard isSampled else { return arrivalsRead }
        var filtered: UInt64 = 0
        for endpoint in endpoints {
            // The counter wraps at 32 bits; the difference does not, within a run.
            filtered &+= UInt64(UDPSocket.drops(of: endpoint.socket) &- endpoint.firstDrops)
        }
        return arrivalsRead &+ filtered
    }

    /// The measured time begins.
    mutating func openWindow() {
        guard opening == nil else { return }
        opening = edge()
    }

    /// The measured time is over: what arrived in it, and what that cost the watched process.
    mutating func closeWindow() {
        guard let opening else { return }
        let closing = edge()
        tally.windowArrivals = closing.arrivals &- opening.arrivals
        tally.forwarderNanoseconds = closing.processor &- min(closing.processor, opening.processor)
    }

    private func edge() -> Edge {
        let processor = watchedProcess.flatMap { ProcessorTime.ofProcess($0) } ?? 0
        // To ask tens of thousands of sockets takes longer than a paced run may be late.
        return Edge(arrivals: isPaced ? 0 : arrivals(), processor: processor)
    }

    /// Turns what was counted into the run's delivered datagrams.
    mutating func settle() {
        if plan.findsLossFree {
            tally.delivered = arrivals()
        } else if plan.flood {
            tally.delivered = tally.windowArrivals
            tally.warmupDelivered = opening?.arrivals ?? 0
        } else if isSampled {
            // A datagram that a filter dropped did not say whether it was of the warm-up, so a loss in it counts too.
            let sent = tally.sent &+ tally.warmupSent
            let arrived = arrivals()
            let lost = sent &- min(sent, arrived)
            tally.duplicates &+= arrived &- min(sent, arrived)
            tally.delivered = tally.sent &- min(tally.sent, lost)
            tally.warmupDelivered = tally.warmupSent &- (lost &- min(tally.sent, lost))
        }
        if isPaced { tally.windowArrivals = tally.delivered }
        if !isSampled {
            for endpoint in endpoints { tally.socketDrops &+= UInt64(UDPSocket.drops(of: endpoint.socket)) }
        }
    }

    /// Whether all that can still arrive has arrived, as far as one can know.
    mutating func hasSettled(_ now: UInt64) -> Bool {
        if isPaced, !isSampled {
            // Once all have arrived, a moment of silence still lets duplicates show.
            return tally.delivered == tally.sent && tally.warmupDelivered == tally.warmupSent
                && now &- min(now, lastArrival) > 50_000_000
        }
        guard now >= nextSettlement else { return false }
        nextSettlement = now &+ 50_000_000
        let seen = arrivals()
        defer { settledArrivals = seen }
        guard seen == settledArrivals else { return false }
        return !isPaced || seen >= tally.sent &+ tally.warmupSent
    }
}
