import BenchKit
import Glibc
import Synchronization
import Testing

/// Runs that ask no API: floods, samples, searches, and the wires that are not the relay's.
@Suite("Runs through any forwarder", .serialized, .timeLimit(.minutes(10)))
struct ForwarderRunTests {
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

    private func relay(_ plan: RunPlan, _ fault: RelayFault = .none) async throws -> RunReport {
        let relay = MiniatureRelay(fault)
        defer { relay.stop() }
        return try await BenchRun(plan: plan, provider: relay).run()
    }

    private func run(_ text: String, _ plan: RunPlan) async throws -> RunReport {
        let forwarder = try Forwarder(text: text, plan: plan)
        return try await BenchRun(plan: plan, provider: StaticSessionProvider(forwarder: forwarder, wire: plan.wire))
            .run()
    }

    @Test("A flood of gathered messages arrives datagram by datagram", arguments: [RunPlan.Direction.up, .down, .both])
    func together(direction: RunPlan.Direction) async throws {
        let report = try await relay(
            plan {
                $0.flood = true
                $0.together = true
                $0.order = .burst
                $0.burst = 3
                $0.direction = direction
            }
        )
        #expect(report.delivered > 0)
        #expect(report.corrupt + report.misrouted + report.wrongConnectionId + report.duplicates == 0)
        #expect(report.unsent == 0)
    }

    @Test("Only a flood or a search over the relay's protocol can gather")
    func togetherAlone() {
        #expect(throws: BenchError.self) { try plan { $0.together = true }.validate() }
        #expect(throws: BenchError.self) {
            try plan {
                $0.together = true
                $0.flood = true
                $0.wire = .plain
            }.validate()
        }
    }

    @Test("A run that never sleeps loses nothing and sends on time")
    func spinning() async throws {
        let report = try await relay(plan { $0.spins = true })
        #expect(report.sent == 240)
        #expect(report.delivered == 240)
    }

    @Test("A sampled run counts what it does not read, and a forwarder that does right loses nothing")
    func sampled() async throws {
        let report = try await relay(plan { $0.sample = 4 })
        #expect(report.sent == 240)
        #expect(report.delivered == 240)
        #expect(report.warmupLost == 0)
        #expect(report.verdict == .ok)
        // One in four of 240 has its latency measured: that is not all of them, and not none.
        #expect(report.latencyCurve.count == 13)
    }

    @Test("A single loss shows in a sampled run, and so does a datagram too many")
    func sampledFaults() async throws {
        let lossy = try await relay(plan { $0.sample = 4 }, .drop)
        #expect(lossy.lost == 1)
        #expect(lossy.verdict == .failed)
        let doubled = try await relay(plan { $0.sample = 4 }, .repeatIt)
        #expect(doubled.duplicates == 1)
        #expect(doubled.verdict == .failed)
    }

    @Test("A flood counts what a slow forwarder lets through, and has no latency", arguments: [1, 16])
    func flood(sample: Int) async throws {
        let report = try await relay(
            plan {
                $0.flood = true
                $0.sample = sample
            }
        )
        #expect(report.delivered > 0)
        #expect(report.sent >= report.delivered)
        #expect(report.offeredPps == (Double(report.sent) / 0.4).rounded())
        #expect(report.corrupt + report.misrouted + report.duplicates + report.unexpected == 0)
        #expect(report.latencyCurve.isEmpty)
        #expect(report.p99Us == 0 && report.maxUs == 0 && report.lateP99Us == 0)
        // The miniature is slow, but which of the two gives out depends on the machine: the verdict must say it.
        let isForwarderBound = Double(report.sent) >= 1.03 * Double(report.delivered)
        if report.socketDrops == 0 {
            #expect(report.verdict == (isForwarderBound ? .ok : .generatorBound))
            #expect(report.valid == isForwarderBound)
        }
    }

    @Test("A flood in bursts, all flows of a session together, is verified the same")
    func burstFlood() async throws {
        let report = try await relay(
            plan {
                $0.flood = true
                $0.order = .burst
                $0.burst = 8
            }
        )
        #expect(report.delivered > 0)
        #expect(report.corrupt + report.misrouted + report.duplicates + report.unexpected == 0)
    }

    @Test("Bursts leave and arrive complete at the same rate", arguments: RunPlan.Order.allCases)
    func bursts(order: RunPlan.Order) async throws {
        let report = try await relay(
            plan {
                $0.order = order
                $0.burst = 5
            }
        )
        #expect(report.sent == 240)
        #expect(report.warmupSent == 60)
        #expect(report.delivered == 240)
        #expect(report.verdict == .ok)
    }

    @Test("The processor time of a watched process is measured by the datagram")
    func watched() async throws {
        // The stand-in is a thread of this process, so this process is the forwarder.
        let report = try await relay(plan { $0.watchedProcess = getpid() })
        #expect(report.forwarderCpuNs > 0)
        let each = Double(report.forwarderCpuNs) / 240
        // Datagrams on the way at either end of the measured time count for it or not.
        #expect(report.forwarderCpuNsPerDatagram > each * 0.8 && report.forwarderCpuNsPerDatagram < each * 1.25)
        #expect(try await relay(plan()).forwarderCpuNs == 0)
    }

    @Test("A search ends with a rate, and a lossy forwarder's is below its first loss")
    func search() async throws {
        let report = try await relay(
            plan {
                $0.findsLossFree = true
                $0.sample = 4
            }
        )
        #expect(report.verdict != .failed)
        // On a busy machine the generator may be too late even for the lowest rate, and has to say that.
        let words = "\(report.lossFreePps) a second, \(report.verdict): \(report.invalidReason)"
        #expect(report.lossFreePps >= 1000 || report.verdict == .generatorBound, "\(words)")
        #expect(report.latencyCurve.isEmpty)
        #expect(report.sent >= 8000)
    }

    @Test("TURN clients allocate, bind a channel, and both ways are verified")
    func turn() async throws {
        let server = MiniatureTurn(ignoresFirst: true)
        defer { server.stop() }
        let report = try await run("127.0.0.1:\(server.port)", plan { $0.wire = .turn })
        #expect(report.wire == .turn)
        #expect(report.delivered == 240)
        #expect(report.lost == 0)
        #expect(report.pingsSent == 0)
        #expect(report.verdict == .ok)
        #expect(server.allocations.load(ordering: .relaxed) == 6)
        #expect(server.deletions.load(ordering: .relaxed) == 6)
    }

    @Test("Ports that a TURN server still knows from a run that was cut off are freed and used")
    func staleAllocations() async throws {
        let server = MiniatureTurn(knowsEverybody: true)
        defer { server.stop() }
        let report = try await run(
            "127.0.0.1:\(server.port)",
            plan {
                $0.wire = .turn
                $0.joinLimit = .seconds(10)
            }
        )
        #expect(report.delivered == 240)
        #expect(report.verdict == .ok)
    }

    @Test("A TURN server that refuses is quoted")
    func turnRefusal() async throws {
        let server = MiniatureTurn(refusal: 403)
        defer { server.stop() }
        let error = await #expect(throws: BenchError.self) {
            try await run(
                "127.0.0.1:\(server.port)",
                plan {
                    $0.wire = .turn
                    $0.joinLimit = .seconds(2)
                }
            )
        }
        #expect(error?.description.contains("error 403") == true)
        #expect(error?.description.contains("0 of 6 clients") == true)
    }

    @Test("Plain payloads cross a forwarder that gives each client an address of its own", arguments: [1, 4])
    func plain(sample: Int) async throws {
        let splitter = MiniatureSplitter(sessions: 2)
        defer { splitter.stop() }
        let report = try await run(
            "127.0.0.1:\(splitter.clientPort),\(splitter.hostPort)",
            plan {
                $0.wire = .plain
                $0.sample = sample
            }
        )
        #expect(report.delivered == 240)
        #expect(report.lost == 0)
        #expect(report.verdict == .ok)
    }

    @Test("A plain forwarder that mixes sessions up lets no client in, and the error says where to look")
    func mixedUp() async throws {
        let splitter = MiniatureSplitter(sessions: 2, mixesSessions: true)
        defer { splitter.stop() }
        let error = await #expect(throws: BenchError.self) {
            try await run(
                "127.0.0.1:\(splitter.clientPort),\(splitter.hostPort)",
                plan {
                    $0.wire = .plain
                    $0.joinLimit = .seconds(2)
                }
            )
        }
        #expect(error?.description.contains("3 of 6 clients") == true)
        #expect(error?.description.contains("session by session") == true)
    }
}
