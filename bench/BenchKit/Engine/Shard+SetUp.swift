import Synchronization

extension Shard {
    /// Time after which a refused request is made again: a TURN server may take more than a second to forget a client
    /// (coturn does), and another farewell within it would begin that time anew.
    private static var retryMilliseconds: UInt32 { 2000 }

    /// Sends a client's request of its next step, unless it was refused a moment ago.
    mutating func sendSetup(from index: Int) {
        let endpoint = endpoints[index]
        guard let base = outgoing.baseAddress, elapsedMilliseconds >= endpoint.retriesAt else { return }
        let transaction = transaction(of: index, step: UInt32(endpoint.setupStep))
        let length = Wire.writeSetup(transaction, host: hosts[Int(endpoint.session)], into: base)
        _ = transmit(index, base, length, to: 0)
    }

    /// Takes in the answer to a client's request; one to an earlier request means nothing.
    mutating func noteSetupAnswer(_ transaction: SetupTransaction, error: Int, endpoint index: Int) {
        let step = UInt32(endpoints[index].setupStep)
        if phase == .done {
            // Gone, or never there: nothing is left to undo.
            if transaction == self.transaction(of: index, step: Wire.setupSteps) { endpoints[index].setupStep = 0 }
            return
        }
        guard step < Wire.setupSteps, transaction == self.transaction(of: index, step: step) else { return }
        if error == 0 {
            // Not &+=, for which the compiler crashes under the thread sanitizer (swiftlang/swift#86265).
            endpoints[index].setupStep = endpoints[index].setupStep &+ 1
            introduce(index)
        } else if elapsedMilliseconds >= endpoints[index].retriesAt {
            status.setupError.store(error, ordering: .relaxed)
            endpoints[index].retriesAt = elapsedMilliseconds &+ Shard.retryMilliseconds
            // The server may still know this port from a run that was cut off.
            if step == 0 { sendFarewell(from: index) }
        }
    }

    /// Undoes what the clients' set-up left at the server, and asks again for what is not confirmed, for a second.
    mutating func leave() {
        guard Wire.setupSteps > 0 else { return }
        for _ in 0..<5 {
            var remaining = 0
            for index in endpoints.indices where endpoints[index].setupStep > 0 {
                sendFarewell(from: index)
                remaining &+= 1
                if remaining.isMultiple(of: 32) { receiveReady(within: 0) }
            }
            guard remaining > 0 else { return }
            let end = MonotonicClock.now() &+ 200_000_000
            while endpoints.contains(where: { $0.setupStep > 0 }), MonotonicClock.now() < end {
                receiveReady(within: 2_000_000)
            }
        }
    }

    private mutating func sendFarewell(from index: Int) {
        guard let base = outgoing.baseAddress else { return }
        let length = Wire.writeFarewell(transaction(of: index, step: Wire.setupSteps), into: base)
        _ = transmit(index, base, length, to: 0)
    }

    private func transaction(of index: Int, step: UInt32) -> SetupTransaction {
        SetupTransaction(run: runNumber, player: UInt32(truncatingIfNeeded: index), step: step)
    }

    private var elapsedMilliseconds: UInt32 {
        UInt32(truncatingIfNeeded: (MonotonicClock.now() &- keepAliveStart) / 1_000_000)
    }
}
