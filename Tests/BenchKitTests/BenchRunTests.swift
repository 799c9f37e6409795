import BenchKit
import Synchronization
import Testing

/// The whole engine over loopback, against a relay that does right or exactly one thing wrong.
@Suite("Runs", .serialized, .timeLimit(.minutes(10)))
struct BenchRunTests {
    private func plan(_ change: (inout RunPlan) -> Void = { _ in }) -> RunPlan {
        var plan = RunPlan()
        plan.sessions = 2
        plan.clients = 3
        plan.rate = 50
        plan.duration = .milliseconds(400)
        plan.warmup = .milliseconds(100)
        plan.drain = .milliseconds(500)
        // Other work on the machine must not turn a test's verdict around.
        plan.tolerance = .seconds(60)
        change(&plan)
        return plan
    }

    private func report(_ plan: RunPlan, _ fault: RelayFault = .none) async throws -> RunReport {
        let relay = MiniatureRelay(fault)
        defer { relay.stop() }
        return try await BenchRun(plan: plan, provider: relay).run()
    }

    @Test("A relay that does right loses nothing, in any direction", arguments: RunPlan.Direction.allCases)
    func directions(direction: RunPlan.Direction) async throws {
        let report = try await report(plan { $0.direction = direction })
        let flows: UInt64 = direction == .both ? 12 : 6
        #expect(report.sent == flows * 20)
        #expect(report.delivered == flows * 20)
        #expect(report.warmupSent == flows * 5)
        #expect(report.lost == 0)
        #expect(report.warmupLost == 0)
        #expect(report.valid)
        #expect(report.verdict == .ok)
        #expect(report.exitCode == 0)
        #expect(report.p50Us > 0)
        #expect(report.p50Us <= report.p99Us)
        #expect(report.p99Us <= report.maxUs)
        // A flow's datagrams are 20 ms apart, so that their mean distance is not less.
        #expect(report.longestGapMs >= 19)
    }

    @Test("Players of either IP version, and of both, reach each other", arguments: RunPlan.Family.allCases)
    func families(family: RunPlan.Family) async throws {
        let report = try await report(plan { $0.family = family })
        #expect(report.delivered == 240)
        #expect(report.verdict == .ok)
    }

    @Test("Payloads of the smallest and the largest size pass", arguments: [32, 1187])
    func sizes(size: Int) async throws {
        let report = try await report(plan { $0.size = size })
        #expect(report.delivered == 240)
        #expect(report.verdict == .ok)
    }

    @Test("Several threads share the sessions and their figures add up")
    func threads() async throws {
        let report = try await report(
            plan {
                $0.sessions = 5
                $0.threads = 3
            }
        )
        #expect(report.threads == 3)
        #expect(report.delivered == 600)
        #expect(report.verdict == .ok)
    }

    @Test("Players keep pinging twice a second, and every PING is answered")
    func pings() async throws {
        let report = try await report(plan { $0.duration = .milliseconds(1100) })
        // Every one of 8 players once within its first second, and each of 2 hosts once more to join.
        #expect(report.pingsSent >= 10)
        #expect(report.pingReplies == report.pingsSent)
        #expect(report.pingRepliesNotValid == 0)
    }

    /// What one fault of the relay must do to the report.
    struct Expectation: Sendable, CustomTestStringConvertible {
        let fault: RelayFault
        let counter: @Sendable (RunReport) -> UInt64
        var lost: UInt64 = 0

        var testDescription: String { "\(fault)" }
    }

    private static let expectations = [
        Expectation(fault: .drop, counter: { $0.lost }, lost: 1),
        Expectation(fault: .flipBit, counter: { $0.corrupt }, lost: 1),
        Expectation(fault: .shorten, counter: { $0.corrupt }, lost: 1),
        Expectation(fault: .repeatIt, counter: { $0.duplicates }),
        Expectation(fault: .toOtherClient, counter: { $0.misrouted }, lost: 1),
        Expectation(fault: .toOtherSession, counter: { $0.misrouted }, lost: 1),
        Expectation(fault: .otherID, counter: { $0.wrongConnectionId }),
        Expectation(fault: .zeroID, counter: { $0.wrongConnectionId }),
        Expectation(fault: .sendGarbage, counter: { $0.unexpected }),
    ]

    @Test("Whatever a relay does wrong once is noticed and fails the run", arguments: expectations)
    func faults(expectation: Expectation) async throws {
        let report = try await report(plan(), expectation.fault)
        #expect(expectation.counter(report) == 1)
        #expect(report.lost == expectation.lost)
        #expect(report.sent == 240)
        #expect(report.verdict == .failed)
        #expect(report.exitCode == 1)
    }

    @Test("A pause of the relay shows as the longest gap, and loses nothing")
    func pause() async throws {
        let report = try await report(plan { $0.drain = .seconds(5) }, .pause)
        #expect(report.longestGapMs >= 290)
        #expect(report.lost == 0 && report.refused == 0)
    }

    @Test("Closed ports are counted as refusals and do not end the run")
    func closedPorts() async throws {
        let report = try await report(plan { $0.duration = .seconds(1) }, .closePorts)
        #expect(report.refused > 0)
        #expect(report.lost > 0)
        #expect(report.longestGapMs >= 290)
        #expect(report.delivered > 240)
        #expect(report.unsent == 0)
    }

    @Test("A PING reply other than Valid after a player has joined fails the run")
    func wrongState() async throws {
        let report = try await report(plan { $0.duration = .milliseconds(2000) }, .answerPingWithTimeout)
        #expect(report.pingRepliesNotValid == 1)
        #expect(report.lost == 0)
        #expect(report.exitCode == 1)
    }

    @Test("Loss within what is allowed is a success")
    func allowedLoss() async throws {
        let report = try await report(plan { $0.allowedLossPercent = 1 }, .drop)
        #expect(report.lost == 1)
        #expect(report.exitCode == 0)
    }

    @Test("A generator that is later than tolerated says that it was the bottleneck")
    func bottleneck() async throws {
        let report = try await report(plan { $0.tolerance = .zero })
        #expect(!report.valid)
        #expect(report.invalidReason.contains("sent late"))
        #expect(report.verdict == .generatorBound)
        #expect(report.exitCode == 3)
        #expect(report.text().contains("the load generator was the bottleneck"))
    }

    @Test("A relay that accepts no host, or lets no client through, ends the run with advice")
    func noJoin() async {
        let short = plan { $0.joinLimit = .seconds(2) }
        let hosts = await #expect(throws: BenchError.self) { try await report(short, .ignorePings) }
        #expect(hosts?.description.contains("accepted 0 of 2 hosts") == true)
        let clients = await #expect(throws: BenchError.self) { try await report(short, .ignoreClients) }
        #expect(clients?.description.contains("0 of 6 clients") == true)
    }

    @Test("Sessions are deleted after a run, after a failed one, and kept on request")
    func deletion() async throws {
        let relay = MiniatureRelay()
        _ = try await BenchRun(plan: plan(), provider: relay).run()
        #expect(Set(relay.deletedSessions) == ["session-0", "session-1"])
        _ = try await BenchRun(plan: plan(), provider: relay).run(keepsSessions: true)
        #expect(relay.deletedSessions.count == 2)
        relay.stop()

        let silent = MiniatureRelay(.ignorePings)
        defer { silent.stop() }
        let short = plan { $0.joinLimit = .milliseconds(200) }
        await #expect(throws: BenchError.self) { try await BenchRun(plan: short, provider: silent).run() }
        #expect(silent.deletedSessions.count == 2)
    }

    @Test("An interrupted run reports what it has and deletes its sessions")
    func interruption() async throws {
        let relay = MiniatureRelay()
        defer { relay.stop() }
        let control = RunControl()
        let long = plan { $0.duration = .seconds(100) }
        let interrupter = Interrupter(control: control)
        let report = try await BenchRun(plan: long, provider: relay, control: control, observer: interrupter).run()
        #expect(report.verdict == .interrupted)
        #expect(report.exitCode == 130)
        #expect(!report.valid)
        #expect(report.delivered > 0)
        #expect(report.lost == 0)
        #expect(report.durationS < 100)
        #expect(relay.deletedSessions.count == 2)
    }

    /// Interrupts the run at its first progress.
    private struct Interrupter: RunObserver {
        let control: RunControl

        func note(_ event: RunEvent) {
            if case .progress = event { control.interrupt() }
        }
    }
}
