import Foundation
import Synchronization
import Testing

/// SIGKILL at random points under load, again and again on the same state.
@Suite(.showsLogOnFailure) struct KillLoopTests {
    @Test("Whatever was acknowledged before SIGKILL is there afterwards, round after round under concurrent calls")
    func killLoop() throws {
        let environment = ProcessInfo.processInfo.environment
        let rounds = environment["CAUSEWAY_KILL_ROUNDS"].flatMap { Int($0) } ?? 40
        let seed = environment["CAUSEWAY_KILL_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        try withDaemon { daemon in
            var histories = [SessionHistory](repeating: SessionHistory(), count: 3)
            for round in 1...max(1, rounds) {
                let context = "seed \(seed), round \(round)"
                let seeds = histories.map { _ in random.next() }
                let load = Load(daemon, histories, seeds: seeds)
                pause(.milliseconds(Int.random(in: 20...250, using: &random)))
                daemon.kill()
                histories = try load.finish()
                try daemon.start()
                try check(&histories, daemon, context: context)
                for index in histories.indices {
                    try histories[index].play(daemon, random: &random, context: context)
                }
            }
            let acknowledged = histories.reduce(0) { $0 + $1.acknowledged }
            #expect(acknowledged > rounds, "the load did something: \(acknowledged) calls")
            let played = histories.reduce(into: (0, 0)) { $0 = ($0.0 + $1.played, $0.1 + $1.refused) }
            figure(
                "\(rounds) rounds of SIGKILL: \(acknowledged) acknowledged calls; \(played.0) players played with the "
                    + "connection ids they had, \(played.1) revoked ones did not"
            )
        }
    }

    private func check(_ histories: inout [SessionHistory], _ daemon: TestDaemon, context: String) throws {
        let found = try allSessions(daemon)
        var accounted: Set<String> = []
        for index in histories.indices {
            accounted.formUnion(histories[index].reconcile(with: found, context: context))
        }
        for (id, stray) in found where !accounted.contains(id) {
            guard let index = histories.firstIndex(where: { $0.explains(stray) }) else {
                Issue.record("\(context): nobody asked for \(id): \(stray)")
                continue
            }
            histories[index].sessions[id] = stray
            histories[index].unknown = nil
        }
        for index in histories.indices { histories[index].unknown = nil }
        let tokens = found.values.map(\.token)
        #expect(Set(tokens).count == tokens.count, "\(context): session tokens are unique")
    }

    private func allSessions(_ daemon: TestDaemon) throws -> [String: SessionHistory.Known] {
        var all: [String: SessionHistory.Known] = [:]
        var page = 1
        while true {
            let list = try expectJSON(try daemon.api.get("\(APIClient.sessions)?limit=100&page=\(page)"))
            for json in list["sessions"]?.array ?? [] {
                let session = try RelaySession(json)
                all[session.id] = .init(token: session.token, users: session.users)
            }
            guard list["pagination"]?["has_next"]?.bool == true else {
                #expect(list["total_count"]?.int == all.count)
                return all
            }
            page += 1
        }
    }
}

/// Callers that make random calls, each on its own sessions, until the daemon dies under them.
private final class Load: Sendable {
    private let results: Mutex<[Int: Result<SessionHistory, any Error>]> = Mutex([:])
    private let count: Int

    init(_ daemon: TestDaemon, _ histories: [SessionHistory], seeds: [UInt64]) {
        count = histories.count
        for (index, history) in histories.enumerated() {
            let address = daemon.apiAddress
            let authorization = "token \(daemon.key)"
            let secrets = daemon.secrets
            let seed = seeds[index]
            Thread.detachNewThread {
                let api = APIClient(address, authorization: authorization, secrets: secrets)
                var random = SplitMix(seed: seed)
                var history = history
                let result = Result {
                    while try history.step(api, random: &random) {}
                    return history
                }
                self.results.withLock { $0[index] = result }
            }
        }
    }

    /// The callers' histories once all have met the daemon's end.
    func finish() throws -> [SessionHistory] {
        let done = holds(within: .seconds(30)) { results.withLock { $0.count } == count }
        guard done else { throw HTTPFailure.timedOut }
        let outcomes = results.withLock { $0 }
        return try (0..<count).map { try outcomes[$0]!.get() }
    }
}
