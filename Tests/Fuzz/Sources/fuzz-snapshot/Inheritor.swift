import FuzzDriver
import Glibc
import LinuxIO
import TestSupport

@testable import RelayCore
@testable import RelayPlane

/// Runs a case, and checks what a successor owes.
enum Inheritor {
    static func run(_ scenario: SuccessionCase) {
        let layout = EngineLayout(
            userCapacity: SuccessionReader.userCapacity,
            sessionCapacity: SuccessionReader.sessionCapacity
        )
        let (events, settings) = (scenario.program.events, scenario.program.settings)
        let ledger = GuessLedger.allocate(settings: scenario.program.guesses, hash: Relay.hash)
        defer { ledger.deallocate() }
        let left = newFile(layout, generation: 1)
        var stored = StoredSessions()
        do {
            let relay = Relay(memory: left.section(0), layout: layout, settings, ledger)
            for event in events[..<scenario.death] {
                relay.perform(event)
                stored.note(event.action, relay)
            }
        }
        let death = events[..<scenario.death].last?.at ?? 0
        if scenario.isComplete { left.markComplete() }
        let isHeaderHit = Areas.apply(scenario.damage, to: left)
        if scenario.resealsHeader { Areas.reseal(left) }
        guard let former = adopt(left, scenario, isHeaderHit: isHeaderHit) else { return }

        let ownLayout = EngineLayout(
            userCapacity: scenario.successorUsers,
            sessionCapacity: scenario.successorSessions
        )
        let own = newFile(ownLayout, generation: 2)
        let ownLedger = GuessLedger.allocate(settings: scenario.program.guesses, hash: Relay.hash)
        defer { ownLedger.deallocate() }
        let relay = Relay(memory: own.section(0), layout: ownLayout, settings, ownLedger)
        takeOver(relay, former, scenario, stored, now: death)
        for event in events[scenario.death..<scenario.confirmation] where !event.action.isCommand {
            relay.perform(event)
        }
        let confirmed = events[..<scenario.confirmation].last?.at ?? 0
        confirm(relay, former, scenario, stored, now: confirmed)
        for event in events[scenario.confirmation...] { relay.perform(event) }
        for token in stored.plans.keys {
            if let report = relay.engine.report(ofSession: token, now: events.last?.at ?? 0) { check(report, token) }
        }
        Newcomers.check(relay, ownLayout, now: (events.last?.at ?? 0) + 1)
    }

    private static func newFile(_ layout: EngineLayout, generation: UInt64) -> TableFile {
        do {
            return try TableFile(workers: 1, layout: layout, generation: generation, seed: Relay.seed)
        } catch {
            fatalError("no memory for the tables: \(error)")
        }
    }

    /// Reads the tables as the data plane does.
    /// - Returns: `nil` where they are refused, which must have a reason.
    private static func adopt(_ left: TableFile, _ scenario: SuccessionCase, isHeaderHit: Bool) -> TableFile? {
        if scenario.extraPages != 0 {
            var status = stat()
            fstat(left.number, &status)
            ftruncate(left.number, max(status.st_size + off_t(scenario.extraPages) * 4_096, 0))
        }
        do throws(TableFile.Refusal) {
            return try TableFile(adopting: Descriptor(dup(left.number)))
        } catch {
            let isSound = scenario.isComplete && scenario.extraPages == 0 && !isHeaderHit
            Fuzzer.expect(!isSound, "sound tables are refused: \(error.words)")
            Fuzzer.expect(!error.words.isEmpty && !error.words.contains("\n"), "refused without words")
            return nil
        }
    }

    private static func takeOver(
        _ relay: Relay,
        _ former: TableFile,
        _ scenario: SuccessionCase,
        _ stored: StoredSessions,
        now: UInt64
    ) {
        var adoption = Adoption()
        for tables in former.former {
            adoption += relay.engine.adopt(tables, now: now, takesCounters: scenario.takesCounters) { _, _ in true }
        }
        let counters = relay.counters
        Fuzzer.expect(counters[.sessionsNow] == UInt64(adoption.sessions), "\(adoption), but another gauge of sessions")
        Fuzzer.expect(counters[.usersNow] == UInt64(adoption.users), "\(adoption), but another gauge of users")
        if scenario.damage.isEmpty {
            Fuzzer.expect(adoption.tornUsers == 0 && adoption.tornSessions == 0, "nothing was damaged: \(adoption)")
        }
        if scenario.damage.isEmpty, adoption.overflow == 0 {
            Fuzzer.expect(adoption.sessions == stored.plans.count, "\(adoption) of \(stored.plans.count) sessions")
            Fuzzer.expect(adoption.users == stored.userCount, "\(adoption) of \(stored.userCount) users")
            Fuzzer.expect(!scenario.takesCounters || relay.imbalance == 0, "the books are out by \(relay.imbalance)")
        }
        relay.forgiveImbalance()
        var sessions = 0
        for tables in former.former {
            tables.forEachSession { token, _ in
                guard let report = relay.engine.report(ofSession: token, now: now) else { return }
                sessions += 1
                check(report, token)
            }
        }
        // Two entries may claim one session; it is adopted once.
        Fuzzer.expect(sessions >= adoption.sessions, "\(sessions) sessions are reported, \(adoption.sessions) adopted")
    }

    /// Nobody goes by another one's connection id, and nobody is there twice.
    private static func check(_ report: SessionReport, _ token: UInt32) {
        let ids = Set(report.users.map(\.connectionID))
        let tokens = Set(report.users.map(\.userToken))
        Fuzzer.expect(ids.count == report.users.count, "session \(token): a connection id is used twice")
        Fuzzer.expect(tokens.count == report.users.count, "session \(token): a user is there twice")
        Fuzzer.expect(report.users.allSatisfy { $0.connectionID > 0 }, "session \(token): \(ids)")
        Fuzzer.expect(report.hostUserToken.map { tokens.contains($0) } ?? true, "session \(token): a stranger hosts")
    }

    private static func confirm(
        _ relay: Relay,
        _ former: TableFile,
        _ scenario: SuccessionCase,
        _ stored: StoredSessions,
        now: UInt64
    ) {
        var named: [UInt32: SessionPlan] = [:]
        for (index, plan) in stored.plans.values.sorted(by: { $0.sessionToken < $1.sessionToken }).enumerated()
        where scenario.lostSessions >> UInt8(index & 7) & 1 == 0 {
            named[plan.sessionToken] = plan
            // Damaged entries may have taken the room.
            guard (try? relay.engine.add(plan, now: now)) != nil else { continue }
            checkConfirmed(relay, plan, now: now)
        }
        let dropped = relay.engine.dropUnconfirmed(now: now)
        relay.engine.drainEvents { _ in }
        Fuzzer.expect(
            dropped.allSatisfy { named[$0.token] == nil || scenario.mayLackRoom },
            "a stored session was dropped"
        )
        for tables in former.former {
            tables.forEachSession { token, _ in
                let report = relay.engine.report(ofSession: token, now: now)
                Fuzzer.expect(report == nil || named[token] != nil, "session \(token) is not stored, and served")
            }
        }
        let isFull = Int(relay.counters[.sessionsNow]) < named.count
        Fuzzer.expect(
            !isFull || scenario.mayLackRoom,
            "\(relay.counters[.sessionsNow]) of \(named.count) sessions are served"
        )
        relay.forgiveImbalance()
    }

    /// The database has the last word on who plays.
    private static func checkConfirmed(_ relay: Relay, _ plan: SessionPlan, now: UInt64) {
        guard let report = relay.engine.report(ofSession: plan.sessionToken, now: now) else {
            Fuzzer.fail("session \(plan.sessionToken) was added, and is not there")
        }
        check(report, plan.sessionToken)
        Fuzzer.expect(
            Set(report.users.map(\.userToken)) == Set(plan.users.map(\.userToken)),
            "session \(plan.sessionToken): other users than the stored ones"
        )
        for user in plan.users {
            let id = report.users.first { $0.userToken == user.userToken }?.connectionID ?? 0
            Fuzzer.expect(id == user.connectionID || id >= 1 << 19, "user \(user.userToken) goes by \(id)")
        }
    }
}

extension SuccessionCase {
    /// Whether there may be no room for what is stored: in smaller tables, or where damage made entries of nothing.
    var mayLackRoom: Bool {
        successorUsers < SuccessionReader.userCapacity || successorSessions < SuccessionReader.sessionCapacity
            || !damage.isEmpty
    }
}
