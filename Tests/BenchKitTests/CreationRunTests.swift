import BenchKit
import Foundation
import Glibc
import NIOHTTP1
import Synchronization
import Testing

@Suite("Measuring the API", .timeLimit(.minutes(10)))
struct CreationRunTests {
    private static func plan(count: Int, connections: Int = 4, rate: Double = 0) -> CreationPlan {
        var plan = CreationPlan()
        plan.connections = connections
        plan.users = 3
        plan.rate = rate
        plan.length = .count(count)
        return plan
    }

    private func withAPI<Value>(
        _ script: @escaping ScriptedAPI.Script,
        _ body: (ScriptedAPI) async throws -> Value
    ) async throws -> Value {
        let api = try await ScriptedAPI.start(script)
        let result: Result<Value, any Error>
        do { result = .success(try await body(api)) } catch { result = .failure(error) }
        await api.stop()
        return try result.get()
    }

    private static let obliging: ScriptedAPI.Script = { request, number in
        request.method == .POST ? (200, SessionAnswer.ready(number)) : (200, #"{"public_ip":"203.0.113.9"}"#)
    }

    @Test("As many sessions are made as asked for, over no more connections than asked for, and deleted again")
    func count() async throws {
        try await withAPI(Self.obliging) { api in
            let run = CreationRun(plan: Self.plan(count: 50), target: api.target, key: "secret-key")
            let report = try await run.run()
            #expect(report.created == 50)
            #expect(report.failed == 0)
            #expect(report.firstError.isEmpty)
            #expect(report.notDeleted == 0)
            #expect(report.exitCode == 0)
            #expect(report.seconds > 0)
            #expect(abs(report.perSecond * report.seconds - 50) < 1)
            #expect(report.p50Ms <= report.p99Ms && report.p99Ms <= report.maxMs)
            #expect(api.connections <= 4)
            let posts = api.requests.filter { $0.method == .POST }
            #expect(posts.count == 50)
            #expect(posts.allSatisfy { $0.path == "/v1/relays/sessions" && $0.authorization == "token secret-key" })
            #expect(posts.first?.body == #"{"users":[{"ip":"203.0.113.9"},{"ip":"203.0.113.9"},{"ip":"203.0.113.9"}]}"#)
            #expect(Set(api.requests.filter { $0.method == .DELETE }.map(\.path)).count == 50)
        }
    }

    @Test("Kept sessions are not deleted, and their tokens are in a file that only its owner can read")
    func kept() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "tokens-\(UInt64.random(in: 0 ... .max))"
        ).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        // One that others could read before.
        #expect(
            FileManager.default.createFile(
                atPath: path,
                contents: Data("old".utf8),
                attributes: [.posixPermissions: 0o644]
            )
        )
        try await withAPI(Self.obliging) { api in
            let run = CreationRun(plan: Self.plan(count: 2, connections: 1), target: api.target, key: "k")
            let report = try await run.run(keepsSessions: true, tokens: try TokenFile(path: path))
            #expect(report.created == 2)
            #expect(!api.requests.contains { $0.method == .DELETE })
            let posts = api.requests.enumerated().filter { $0.element.method == .POST }.map(\.offset)
            let lines = posts.map { "\($0 + 5000) \($0 * 10 + 1) \($0 * 10 + 2) \($0 * 10 + 3)\n" }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == lines.joined())
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? NSNumber == 0o600)
        }
    }

    @Test("With a rate, creates leave when they are due, and what waits for a connection counts as latency")
    func openLoop() async throws {
        let slow: ScriptedAPI.Script = { request, number in
            if request.method == .POST { usleep(20_000) }
            return Self.obliging(request, number)
        }
        try await withAPI(slow) { api in
            // Ten are due within 9 ms, and one connection needs 20 ms for each.
            let hurried = Self.plan(count: 10, connections: 1, rate: 1000)
            let report = try await CreationRun(plan: hurried, target: api.target, key: "k").run()
            #expect(report.created == 10)
            #expect(report.maxMs >= 10 * 20 - 9)
            #expect(report.p50Ms >= 5 * 20 - 4)
        }
        try await withAPI(Self.obliging) { api in
            let calm = Self.plan(count: 6, rate: 20)
            let report = try await CreationRun(plan: calm, target: api.target, key: "k").run()
            #expect(report.seconds >= 0.25)
        }
    }

    @Test("A duration with a rate makes as many as are due within it")
    func duration() async throws {
        try await withAPI(Self.obliging) { api in
            var plan = Self.plan(count: 1, rate: 100)
            plan.length = .duration(.milliseconds(200))
            let report = try await CreationRun(plan: plan, target: api.target, key: "k").run()
            #expect(report.created == 20)
            plan.rate = 0
            // How many that is depends on the machine, so it gets longer until there is more than one; a run with a rate
            // of none would make one however long it is.
            var length = 200
            var unlimited: CreationReport
            repeat {
                plan.length = .duration(.milliseconds(length))
                unlimited = try await CreationRun(plan: plan, target: api.target, key: "k").run()
                length *= 2
            } while unlimited.created < 2 && length <= 12_800
            #expect(unlimited.created > 1)
            #expect(unlimited.seconds >= Double(length) / 2_000)
        }
    }

    @Test("Refused and wrong answers are counted, the first is told, and what was made all the same is deleted")
    func failures() async throws {
        let posts = Atomic<Int>(0)
        let script: ScriptedAPI.Script = { request, number in
            guard request.method == .POST else { return (200, "{}") }
            return switch posts.add(1, ordering: .relaxed).newValue {
            case 1: (200, SessionAnswer.ready(1))
            case 2: (503, #"{"message":"full"}"#)
            case 3: (200, SessionAnswer.ready(3, users: 2))
            case 4: (200, SessionAnswer.placing(4))
            default: (200, "<html>")
            }
        }
        try await withAPI(script) { api in
            let plan = Self.plan(count: 5, connections: 1)
            let report = try await CreationRun(plan: plan, target: api.target, key: "secret-key").run()
            #expect(report.created == 1)
            #expect(report.failed == 4)
            #expect(report.exitCode == 1)
            #expect(report.firstError.contains("503") && report.firstError.contains("full"))
            #expect(!report.firstError.contains("secret-key"))
            let deleted = api.requests.filter { $0.method == .DELETE }.map(\.path)
            #expect(deleted.sorted() == ["s1", "s3", "s4"].map { "/v1/relays/sessions/\($0)" })
        }
    }

    @Test("An interrupt ends the run, and the sessions made so far are deleted")
    func interrupted() async throws {
        try await withAPI(Self.obliging) { api in
            let control = RunControl()
            let plan = Self.plan(count: 1000, rate: 10)
            let run = CreationRun(plan: plan, target: api.target, key: "k", control: control)
            async let running = run.run()
            while !api.requests.contains(where: { $0.method == .POST }) { try await Task.sleep(for: .milliseconds(5)) }
            control.interrupt()
            let report = try await running
            #expect(report.interrupted)
            #expect(report.exitCode == 130)
            #expect(report.created >= 1 && report.created < 1000)
            #expect(api.requests.count { $0.method == .DELETE } == report.created)
        }
    }

    @Test("A wrong key and an API that is not there end the run before it begins")
    func couldNotRun() async throws {
        let refusing: ScriptedAPI.Script = { _, _ in (401, #"{"message":"unknown key"}"#) }
        try await withAPI(refusing) { api in
            let run = CreationRun(plan: Self.plan(count: 5), target: api.target, key: "secret-key")
            let error = await #expect(throws: BenchError.self) { try await run.run() }
            #expect(error?.description.contains("unknown key") == true)
            #expect(!api.requests.contains { $0.method == .POST })
        }
        let nowhere = CreationRun(plan: Self.plan(count: 5), target: "http://127.0.0.1:1", key: "k")
        await #expect(throws: BenchError.self) { try await nowhere.run() }
    }

    @Test("The JSON has the documented names")
    func json() async throws {
        try await withAPI(Self.obliging) { api in
            let report = try await CreationRun(plan: Self.plan(count: 3), target: api.target, key: "k").run()
            let object = try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any]
            let names = [
                "created", "failed", "per_second", "p50_ms", "p99_ms", "max_ms", "connections", "users", "seconds",
                "first_error",
            ]
            for name in names { #expect(object?[name] != nil, "\(name)") }
            #expect(object?["created"] as? Int == 3)
            #expect(report.text().contains("OK: every session was made."))
        }
    }

    @Test("A token file that cannot be made is named")
    func noTokenFile() {
        let error = #expect(throws: BenchError.self) { try TokenFile(path: "/nowhere/tokens") }
        #expect(error?.description.contains("--tokens /nowhere/tokens") == true)
    }
}

@Suite("Plan of creates")
struct CreationPlanTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let option: String
        let make: @Sendable (inout CreationPlan) -> Void

        var testDescription: String { option }
    }

    private static let mistakes = [
        Mistake(option: "--connections") { $0.connections = 0 },
        Mistake(option: "--users") { $0.users = 65_537 },
        Mistake(option: "--rate") { $0.rate = -1 },
        Mistake(option: "--rate") { $0.rate = .nan },
        Mistake(option: "--count") { $0.length = .count(0) },
        Mistake(option: "--duration") { $0.length = .duration(.zero) },
    ]

    @Test("The default can be run")
    func defaults() throws {
        try CreationPlan().validate()
    }

    @Test("What cannot be run is refused, and the option named", arguments: mistakes)
    func refusals(mistake: Mistake) {
        var plan = CreationPlan()
        mistake.make(&plan)
        let error = #expect(throws: BenchError.self) { try plan.validate() }
        #expect(error?.description.contains(mistake.option) == true)
    }
}
