internal import Glibc
package import RelayCore
internal import RelayWire

/// An engine in memory of its own, asked one datagram at a time.
package final class EngineDriver {
    /// The engine; it may not be copied, so expectations ask the driver.
    package var engine: RelayEngine
    /// The engine's counters.
    package let counters: CounterPage
    /// Events since they were last taken.
    package var events: [PlaneEvent] = []
    /// Where in a word the next datagram's buffer begins, 0 ... 7.
    package var misalignment = 0

    private var steps = 0
    private var lastGuess = LookAhead.none
    private var tables: Tables
    private let hash: KeyedHash
    private var ownAddresses: [PeerAddress] = []
    private var buffer: UnsafeMutableRawPointer
    private let isExact: Bool
    private var ledger: GuessLedger
    private let guesses: GuessLedger.Settings
    /// The bytes behind a datagram, so that reading or writing past its end shows.
    private static let canary: UInt8 = 0xA5
    private static let margin = 32
    private static let room = 1_280

    /// - Parameters:
    ///   - userCapacity: users that fit, departed ones included.
    ///   - seed: of the tables' hash: the same one gives the same run.
    ///   - isExact: whether every datagram stands at the end of a block of its own, for a sanitizer that watches blocks,
    ///     instead of in front of bytes that are compared afterwards.
    package init(
        settings: EngineSettings = EngineSettings(),
        guesses: GuessLedger.Settings = GuessLedger.Settings(),
        userCapacity: Int = 256,
        sessionCapacity: Int = 32,
        seed: (UInt64, UInt64) = (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210),
        isExact: Bool = false
    ) {
        self.isExact = isExact
        tables = Tables(EngineLayout(userCapacity: userCapacity, sessionCapacity: sessionCapacity))
        buffer = .allocate(byteCount: Self.room, alignment: 64)
        counters = .allocate()
        hash = KeyedHash(seed: seed)
        self.guesses = guesses
        ledger = .allocate(settings: guesses, hash: hash)
        engine = RelayEngine(
            memory: tables.memory,
            layout: tables.layout,
            settings: settings,
            hash: hash,
            ledger: ledger,
            counters: counters
        )
    }

    deinit {
        ledger.deallocate()
        counters.deallocate()
        buffer.deallocate()
    }

    /// Hands a datagram to the engine as a worker does, and copies what leaves.
    package func step(_ bytes: [UInt8], _ arrival: Arrival) -> Outcome {
        // A worker cuts a longer datagram to one byte more than is allowed.
        let received = bytes.prefix(1_201)
        let margin = isExact ? 0 : Self.margin
        if isExact {
            buffer.deallocate()
            buffer = .allocate(byteCount: misalignment + received.count, alignment: 64)
        }
        let base = buffer + misalignment
        base.copyMemory(from: Array(received), byteCount: received.count)
        (base + received.count).initializeMemory(as: UInt8.self, repeating: Self.canary, count: margin)
        let datagram = DatagramBytes(base: base, length: received.count)
        let verdict = engine.process(
            datagram,
            isOversize: received.count > 1_200,
            arrival,
            nextGuess(datagram, arrival)
        )
        let behind = UnsafeRawBufferPointer(start: base + received.count, count: margin)
        precondition(behind.allSatisfy { $0 == Self.canary }, "the engine wrote behind the datagram")
        var outcome = Outcome()
        switch verdict.action {
        case .nothing:
            break
        case .reply:
            let sent = SentDatagram(
                bytes: Self.bytes(base + Int(verdict.offset), Int(verdict.length)),
                target: arrival.source,
                local: arrival.local,
                port: arrival.role
            )
            outcome.sent.append(sent)
        case .forward:
            guard let target = verdict.target else { preconditionFailure("forward without a target") }
            precondition(Int(verdict.offset) + Int(verdict.length) == received.count, "not the end of the datagram")
            let sent = SentDatagram(
                bytes: Self.bytes(base + Int(verdict.offset), Int(verdict.length)),
                target: target.pointee.peer,
                local: target.pointee.local,
                port: arrival.role == .server ? .client : .server
            )
            outcome.sent.append(sent)
        }
        if verdict.releasesHeld {
            while let release = engine.nextRelease(now: arrival.now) {
                let sent = SentDatagram(
                    bytes: Self.bytes(release.bytes, release.length),
                    target: release.target.pointee.peer,
                    local: release.target.pointee.local,
                    port: release.port
                )
                precondition(outcome.released.insert(sent).inserted, "released twice: \(sent)")
            }
        }
        engine.drainEvents { events.append($0) }
        return outcome
    }

    /// What the engine is told to look at first: in turn nothing, what it guessed itself, and what it guessed for the
    /// datagram before. No guess may change a verdict.
    private func nextGuess(_ datagram: DatagramBytes, _ arrival: Arrival) -> LookAhead {
        steps += 1
        var datagram = datagram
        var guess = LookAhead.none
        engine.lookAhead(&datagram, count: 1, role: arrival.role, into: &guess)
        defer { lastGuess = guess }
        switch steps % 3 {
        case 0: return .none
        case 1: return guess
        default: return lastGuess
        }
    }

    /// Starts serving a session.
    package func add(_ plan: SessionPlan, now: UInt64) throws(EngineError) {
        try engine.add(plan, now: now)
    }

    /// Starts accepting a user.
    package func add(_ user: UserPlan, toSession session: UInt32) throws(EngineError) {
        try engine.add(user, toSession: session)
    }

    /// Revokes a user; false where there is none.
    package func removeUser(_ user: UInt32, fromSession session: UInt32, now: UInt64) -> Bool {
        engine.removeUser(user, fromSession: session, now: now)
    }

    /// Ends a session; false where there is none.
    package func removeSession(_ session: UInt32, now: UInt64) -> Bool {
        engine.removeSession(session, now: now)
    }

    /// Tells the engine which addresses are the relay's own.
    package func setOwnAddresses(_ addresses: [PeerAddress]) {
        ownAddresses = addresses
        engine.setOwnAddresses(addresses)
    }

    /// Puts another engine in the place of this one, as the next process does: it has tables of another size, adopts what
    /// stands in the old ones, and is told what the database knows.
    /// - Returns: what was adopted, and how many sessions were dropped since `stored` does not name them.
    @discardableResult
    package func restart(now: UInt64, stored: [SessionPlan], spoil: (UnsafeMutableRawBufferPointer) -> Void = { _ in })
        -> (adoption: Adoption, dropped: Int)
    {
        let layout = tables.layout
        spoil(UnsafeMutableRawBufferPointer(start: tables.memory, count: layout.byteCount))
        let larger = EngineLayout(userCapacity: layout.userCapacity + 1, sessionCapacity: layout.sessionCapacity + 1)
        let former = tables
        tables = Tables(larger)
        // A process has a ledger of its own.
        let formerLedger = ledger
        defer { formerLedger.deallocate() }
        ledger = .allocate(settings: guesses, hash: hash)
        engine = RelayEngine(
            memory: tables.memory,
            layout: larger,
            settings: engine.settings,
            hash: hash,
            ledger: ledger,
            counters: counters
        )
        engine.setOwnAddresses(ownAddresses)
        let adoption = engine.adopt(
            FormerTables(memory: former.memory, layout: layout),
            now: now,
            takesCounters: false
        ) { _, _ in true }
        for plan in stored {
            do { try engine.add(plan, now: now) } catch { preconditionFailure("\(plan) was not confirmed: \(error)") }
        }
        let dropped = engine.dropUnconfirmed(now: now)
        engine.drainEvents { events.append($0) }
        return (adoption, dropped.count)
    }

    /// Puts an engine in the place of this one that finds no tables, only what the database knows.
    package func restartCold(now: UInt64, stored: [SessionPlan]) {
        // What waits is lost with the process. Here the counters live on, so it has to be counted.
        engine.sweep(now: now + 3_000, slots: 0)
        events.removeAll()
        let layout = tables.layout
        tables = Tables(layout)
        let formerLedger = ledger
        defer { formerLedger.deallocate() }
        ledger = .allocate(settings: guesses, hash: hash)
        engine = RelayEngine(
            memory: tables.memory,
            layout: layout,
            settings: engine.settings,
            hash: hash,
            ledger: ledger,
            counters: counters
        )
        engine.setOwnAddresses(ownAddresses)
        for plan in stored {
            do { try engine.add(plan, now: now) } catch { preconditionFailure("\(plan) was not restored: \(error)") }
        }
        _ = engine.dropUnconfirmed(now: now)
        engine.drainEvents { events.append($0) }
    }

    /// An engine's region.
    private final class Tables {
        let layout: EngineLayout
        private let block: UnsafeMutableRawPointer

        init(_ layout: EngineLayout) {
            self.layout = layout
            // Zeroed pages that nobody touches cost nothing. calloc aligns to 16 bytes, a table wants 64.
            guard let block = calloc(1, layout.byteCount + 63) else { fatalError("no memory for the tables") }
            self.block = block
        }

        deinit { free(block) }

        var memory: UnsafeMutableRawPointer { block.alignedUp(toMultipleOf: 64) }
    }

    /// Slots that a full pass has to look at.
    package var sweepLength: Int { engine.sweepLength }

    /// The pair of ports a session is served on.
    package func pair(ofSession session: UInt32) -> UInt32? { engine.pair(ofSession: session) }

    /// What there is to know of a session.
    package func report(ofSession session: UInt32, now: UInt64) -> SessionReport? {
        engine.report(ofSession: session, now: now)
    }

    /// A part of the sessions at a glance.
    package func survey(from slot: Int, rows: Int, now: UInt64) -> SessionSurvey {
        engine.survey(from: slot, rows: rows, now: now)
    }

    /// Sweeps every slot once.
    package func sweepAll(now: UInt64) {
        engine.sweep(now: now, slots: engine.sweepLength)
        engine.drainEvents { events.append($0) }
    }

    private static func bytes(_ start: UnsafeRawPointer, _ count: Int) -> [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}
