package import RelayCore

/// Runs a program through engine and twin and tells where they first differ.
package struct Duel {
    private let program: Program
    private let driver: EngineDriver
    private var twin: SlowTwin
    private var bytesIn = 0
    private var bytesOut = 0
    private var last: UInt64
    /// What the database holds of each session.
    private var stored: [UInt32: SessionPlan] = [:]
    /// Sessions in which a player got an id of the running block.
    private var rejoined: Set<UInt32> = []
    private var twinEvents: [PlaneEvent] = []
    /// Endpoints from which a datagram came that was not dropped.
    private var accepted: Set<PeerEndpoint> = []

    /// How a program ended: what it came to, or the first event at which something differed, and what.
    package enum Result: Sendable {
        case agreed(drops: Tally<DropReason>, counts: Tally<Counter>)
        case differed(event: Int, String)
    }

    private init(_ program: Program, isExact: Bool) {
        self.program = program
        last = program.events.first?.at ?? 0
        var random = SeededRandom(seed: ~program.seed)
        driver = EngineDriver(
            settings: program.settings,
            guesses: program.guesses,
            userCapacity: 1_024,
            seed: (random.next(), random.next()),
            isExact: isExact
        )
        twin = SlowTwin(settings: program.settings, guesses: program.guesses)
    }

    /// Runs a program to its end, or to the first difference.
    /// - Parameter isExact: whether every datagram stands in a block of its own, see `EngineDriver`.
    package static func run(_ program: Program, isExact: Bool = false) -> Result {
        var duel = Duel(program, isExact: isExact)
        for (index, event) in program.events.enumerated() {
            if let difference = duel.perform(event) { return .differed(event: index, difference) }
        }
        let end = (program.events.last?.at ?? 0) + 10_000
        if let difference = duel.finish(now: end) { return .differed(event: program.events.count, difference) }
        return .agreed(drops: duel.twin.drops, counts: duel.twin.counts)
    }

    /// Stamps are told apart for 24 days, and a worker sweeps every second: nothing stays unswept for as long.
    private mutating func sleep(until end: UInt64) {
        while end - last > Self.longestPause {
            last += Self.longestPause
            sweepTwice(now: last)
        }
        last = end
    }

    /// Looks at every slot, and at those before the one where the first pass began.
    private func sweepTwice(now: UInt64) {
        driver.sweepAll(now: now)
        driver.sweepAll(now: now)
    }

    private static let longestPause: UInt64 = 2 * 86_400_000

    private mutating func perform(_ event: Program.Event) -> String? {
        sleep(until: event.at)
        switch event.action {
        case .datagram(let bytes, let source, let local, let role, let pair, let misalignment):
            let arrival = Arrival(source: source, local: local, role: role, pair: pair, now: event.at)
            if twin.isLapsing(source, now: event.at) { sweepTwice(now: event.at) }
            let before = twin.drops
            driver.misalignment = misalignment
            let expected = twin.step(bytes, arrival)
            let got = driver.step(bytes, arrival)
            if got != expected { return "sent \(got), expected \(expected); \(newDrops(since: before))" }
            if let broken = brokenPromise(bytes, source, got) { return broken }
        case .addSession(let plan):
            let isNew = !twin.serves(session: plan.sessionToken)
            if isNew { twin.add(plan, now: event.at) }
            if isNew { stored[plan.sessionToken] = plan }
            if isNew != didNotThrow({ try driver.add(plan, now: event.at) }) { return "add session: not as expected" }
        case .addUser(let plan, let session):
            let isNew = twin.serves(session: session) && !twin.serves(session: session, user: plan.userToken)
            if isNew { twin.add(plan, toSession: session) }
            if isNew { stored[session]?.users.append(plan) }
            let isAdded = didNotThrow { try driver.add(plan, toSession: session) }
            if isNew != isAdded { return "add user: not as expected" }
        case .removeUser(let user, let session):
            let isKnown = twin.serves(session: session, user: user)
            twin.removeUser(user, fromSession: session, now: event.at)
            stored[session]?.users.removeAll { $0.userToken == user }
            if stored[session]?.hostUserToken == user { stored[session]?.hostUserToken = nil }
            let isRemoved = driver.removeUser(user, fromSession: session, now: event.at)
            if isRemoved != isKnown { return "remove user: \(isRemoved)" }
        case .removeSession(let session):
            let isKnown = twin.serves(session: session)
            twin.removeSession(session, now: event.at)
            stored[session] = nil
            let isRemoved = driver.removeSession(session, now: event.at)
            if isRemoved != isKnown { return "remove session: \(isRemoved)" }
        case .ownAddresses(let addresses):
            twin.ownAddresses = Set(addresses)
            driver.setOwnAddresses(addresses)
        case .sweep(let slots):
            twin.pass(to: event.at)
            driver.engine.sweep(now: event.at, slots: slots)
            driver.engine.drainEvents { driver.events.append($0) }
        case .restart:
            twin.pass(to: event.at)
            twin.restart()
            let dropped = driver.restart(now: event.at, stored: Array(stored.values)).dropped
            if dropped != 0 { return "\(dropped) sessions were dropped" }
        case .coldRestart:
            for session in stored.keys { openNextBlock(of: session) }
            twin.restartCold(Array(stored.values), now: event.at)
            driver.restartCold(now: event.at, stored: Array(stored.values))
        }
        return counterDifference(isFinal: false) ?? eventDifference()
    }

    /// Everything that waits ends; then both have counted the same to the last datagram.
    private mutating func finish(now: UInt64) -> String? {
        twin.pass(to: now)
        sweepTwice(now: now)
        return counterDifference(isFinal: true)
    }

    private func newDrops(since before: Tally<DropReason>) -> String {
        let expected = allReasons.filter { twin.drops[$0] != before[$0] }.map { "\($0)" }
        let got = allReasons.filter { driver.counters[$0] != UInt64(before[$0]) }.map { "\($0)" }
        return "the twin counted \(expected), the engine \(got)"
    }

    private func didNotThrow(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch {
            return false
        }
    }
}

// What has to hold after each event.
extension Duel {
    /// The promises that need no twin.
    private mutating func brokenPromise(
        _ bytes: [UInt8],
        _ source: PeerEndpoint,
        _ outcome: Outcome
    ) -> String? {
        bytesIn += bytes.count
        bytesOut += (outcome.sent + outcome.released).reduce(0) { $0 + $1.bytes.count }
        if outcome.sent.count > 1 { return "more than one datagram left at once" }
        for sent in outcome.sent where sent.bytes.count > bytes.count { return "\(sent) is longer than its cause" }
        if bytesOut > bytesIn { return "\(bytesOut) bytes out, \(bytesIn) bytes in" }
        if twin.lastDrop == nil { accepted.insert(source) }
        // Wrong tokens are answered, by Invalid and nothing else.
        if twin.lastDrop != nil {
            return outcome.sent.contains { $0.bytes != [1, 3] } ? "a dropped datagram left" : nil
        }
        for sent in outcome.sent + outcome.released where !accepted.contains(sent.target) {
            return "\(sent) goes to an endpoint that never sent anything valid"
        }
        return nil
    }

    private func counterDifference(isFinal: Bool) -> String? {
        var engine = driver.counters.drops
        var expected = twin.drops
        let waiting = Int(driver.counters[.heldNow])
        if let difference = identityDifference(engine, waiting) { return difference }
        if !isFinal {
            // What waited too long is counted when the sweep, or whatever else, comes across it.
            let unsettled = waiting + engine[.noHost] + engine[.roamingUnconfirmed]
            let awaited = twin.heldNow + expected[.noHost] + expected[.roamingUnconfirmed]
            if unsettled != awaited { return "\(unsettled) datagrams held or expired, expected \(awaited)" }
            for reason in [DropReason.noHost, .roamingUnconfirmed] { (engine[reason], expected[reason]) = (0, 0) }
        }
        if engine != expected, let reason = allReasons.first(where: { engine[$0] != expected[$0] }) {
            return "\(reason) is \(engine[reason]), expected \(expected[reason])"
        }
        for counter in Self.compared where Int(driver.counters[counter]) != twin.counts[counter] {
            return "\(counter) is \(driver.counters[counter]), expected \(twin.counts[counter])"
        }
        return nil
    }

    private static let compared: [Counter] = [
        .receivedDatagrams, .toHostDatagrams, .toClientDatagrams, .answeredPings, .invalidReplies, .heldDelivered,
        .endpointMoves, .rejoins, .hostClaims,
    ]

    /// Received = to host + to client + answered + dropped + held now.
    private func identityDifference(_ drops: Tally<DropReason>, _ waiting: Int) -> String? {
        let ends: [Counter] = [.toHostDatagrams, .toClientDatagrams, .answeredPings]
        let sum = ends.reduce(waiting + drops.sum) { $0 + Int(driver.counters[$1]) }
        let received = Int(driver.counters[.receivedDatagrams])
        return sum == received ? nil : "received \(received) datagrams, and \(sum) are accounted for"
    }

    private mutating func eventDifference() -> String? {
        let told = driver.events.filter { if case .sessionIdle = $0 { false } else { true } }
        driver.events = []
        for event in told { keep(event) }
        defer { twin.events = [] }
        return told == twin.events ? nil : "told \(told), expected \(twin.events)"
    }
}

extension Duel {
    /// What the control plane writes down of an event.
    private mutating func keep(_ event: PlaneEvent) {
        switch event {
        case .hostClaimed(let session, let user): stored[session]?.hostUserToken = user
        case .sessionUsed(let session): stored[session]?.wasUsed = true
        case .connectionIDGiven(let session, let user, let id):
            let index = stored[session]?.users.firstIndex { $0.userToken == user }
            if let index { stored[session]?.users[index].connectionID = id }
            rejoined.insert(session)
        case .sessionIdle, .endpointContested: break
        }
    }

    /// Ids that were given out and are not known any more must not be given again.
    private mutating func openNextBlock(of session: UInt32) {
        guard rejoined.remove(session) != nil, let ids = stored[session]?.rejoinIDs else { return }
        let next = (ids.lowerBound >> 20 + 1) << 20
        stored[session]?.rejoinIDs = next..<next + Int32(ids.count)
    }

    /// The program with as few events as still make engine and twin differ.
    package static func shrink(_ program: Program, isExact: Bool = false) -> Program {
        guard case .differed(let last, _) = run(program, isExact: isExact) else { return program }
        var shortest = program
        shortest.events = Array(program.events.prefix(last + 1))
        var chunk = shortest.events.count / 2
        while chunk > 0 {
            var start = 0
            while start < shortest.events.count {
                var shorter = shortest
                shorter.events.removeSubrange(start..<min(start + chunk, shorter.events.count))
                if case .differed = run(shorter, isExact: isExact) { shortest = shorter } else { start += chunk }
            }
            chunk /= 2
        }
        return shortest
    }
}
