import Foundation
import RelayNet
import Synchronization
import Testing

@testable import RelayHTTP

/// A name server that is silent about some names until it is let go, and counts the questions.
private final class NameServer: Sendable {
    private let asked = Mutex<[String]>([])
    private let isOpen = Mutex(false)

    var questions: [String] { asked.withLock { $0 } }

    func open() { isOpen.withLock { $0 = true } }

    @Sendable func lookUp(_ host: String) -> HostResolver.Outcome {
        asked.withLock { $0.append(host) }
        while host.contains("silent"), !isOpen.withLock({ $0 }) { usleep(1_000) }
        return host.contains("unknown")
            ? .failed("the host has no address") : .addresses([IPAddress(ipv4: 0x0808_0808)])
    }
}

@Suite("Look-ups of webhooks' hosts", .timeLimit(.minutes(5)))
struct HostLookupsTests {
    private static let found = HostResolver.Outcome.addresses([IPAddress(ipv4: 0x0808_0808)])

    @Test("One silent name delays nobody else, however often it is asked for, and has one thread")
    func oneSilentName() async {
        let server = NameServer()
        let lookups = HostLookups(width: 2, mostThreads: 2, patience: .seconds(600), lookUp: server.lookUp)
        await withTaskGroup(of: HostResolver.Outcome.self) { group in
            for _ in 0..<50 { group.addTask { await lookups.resolve("silent.example") } }
            for index in 0..<20 { #expect(await lookups.resolve("host\(index).example") == Self.found) }
            server.open()
            for await outcome in group { #expect(outcome == Self.found) }
        }
        #expect(server.questions.count { $0 == "silent.example" } == 1)
    }

    @Test("Literal addresses, in whatever form, go past look-ups that fill every thread")
    func literals() async throws {
        let server = NameServer()
        let lookups = HostLookups(width: 1, mostThreads: 1, patience: .seconds(600), lookUp: server.lookUp)
        let stuck = Task { await lookups.resolve("silent.example") }
        while server.questions.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        for (host, address) in [
            ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("0x7f.0.0.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("::1", "::1"), ("2001:db8::7", "2001:db8::7"),
        ] {
            #expect(await lookups.resolve(host) == .addresses([try #require(IPAddress(address))]), "\(host)")
        }
        server.open()
        #expect(await stuck.value == Self.found)
    }

    @Test("Patience counts from a look-up's own start: those that wait for a thread are not given up meanwhile")
    func patience() async {
        let server = NameServer()
        let lookups = HostLookups(width: 1, mostThreads: 8, patience: .milliseconds(300), lookUp: server.lookUp)
        await withTaskGroup(of: (String, HostResolver.Outcome).self) { group in
            for index in 0..<4 {
                let host = "silent\(index).example"
                group.addTask { (host, await lookups.resolve(host)) }
            }
            group.addTask { ("good.example", await lookups.resolve("good.example")) }
            for await (host, outcome) in group {
                if host == "good.example" {
                    #expect(outcome == Self.found)
                } else if case .failed(let words) = outcome {
                    #expect(words.contains("has not answered"))
                } else {
                    Issue.record("\(host): \(outcome)")
                }
            }
        }
        // Who asks again meanwhile is answered at once, and no second thread is spent on it.
        guard case .failed = await lookups.resolve("silent0.example") else {
            Issue.record("a look-up that is late is waited for again")
            return
        }
        #expect(server.questions.count { $0 == "silent0.example" } == 1)
        server.open()
    }

    @Test("However many names are silent, threads are bounded, and once they are free everybody is served")
    func bounded() async throws {
        let server = NameServer()
        let lookups = HostLookups(width: 4, mostThreads: 6, patience: .milliseconds(50), lookUp: server.lookUp)
        let late = Task {
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<40 { group.addTask { _ = await lookups.resolve("silent\(index).example") } }
            }
        }
        while server.questions.count < 6 { try await Task.sleep(for: .milliseconds(1)) }
        try await Task.sleep(for: .milliseconds(300))
        #expect(server.questions.count == 6)
        server.open()
        await late.value
        #expect(await lookups.resolve("good.example") == Self.found)
    }

    @Test("Hosts that were found before go before those that never were")
    func knownFirst() async throws {
        let server = NameServer()
        let lookups = HostLookups(width: 1, mostThreads: 1, patience: .seconds(600), lookUp: server.lookUp)
        #expect(await lookups.resolve("good.example") == Self.found)
        let tasks = Mutex<[Task<HostResolver.Outcome, Never>]>([])
        func ask(_ host: String) { tasks.withLock { $0.append(Task { await lookups.resolve(host) }) } }
        ask("silent.example")
        while server.questions.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
        for index in 0..<30 { ask("new\(index).example") }
        try await Task.sleep(for: .milliseconds(100))
        ask("good.example")
        try await Task.sleep(for: .milliseconds(100))
        server.open()
        for task in tasks.withLock({ $0 }) { #expect(await task.value == Self.found) }
        #expect(server.questions[2] == "good.example")
    }

    @Test("Who is stopped is answered at once")
    func cancelled() async throws {
        let server = NameServer()
        let lookups = HostLookups(patience: .seconds(600), lookUp: server.lookUp)
        let task = Task { await lookups.resolve("silent.example") }
        while server.questions.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        #expect(await task.value == .failed("the look-up was stopped"))
        server.open()
    }

    @Test("The system's look-up finds names, and fails with words")
    func system() async throws {
        guard case .addresses(let local) = await HostLookups().resolve("localhost") else {
            Issue.record("localhost has no address")
            return
        }
        #expect(!local.isEmpty && local.allSatisfy { $0.reach == .loopback })
        guard case .failed = HostResolver.lookUp("no-such-name.invalid") else {
            Issue.record("a name that cannot be was found")
            return
        }
    }
}
