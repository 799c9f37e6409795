import Glibc
import LinuxIO
import RelayCore
import RelayPlane
import Synchronization
import TestSupport
import Testing

/// What systemd's descriptor store does: keeps copies of descriptors under names, and hands them on.
final class TestStore: Sendable {
    private let kept = Mutex<[(name: String, number: Int32)]>([])
    private let capacity: Int

    init(capacity: Int = .max) { self.capacity = capacity }

    deinit {
        for item in kept.withLock({ $0 }) { close(item.number) }
    }

    var keeper: DescriptorKeeper {
        DescriptorKeeper(
            keep: { number, name in
                // systemd ignores a copy of what it has (same file, same name: these names are unique).
                self.kept.withLock { kept in
                    let isKnown = kept.contains { $0.name == name && name != "udp" }
                    if !isKnown, kept.count < self.capacity { kept.append((name, dup(number))) }
                }
            },
            forget: { name in
                self.kept.withLock { kept in
                    for item in kept where item.name == name { close(item.number) }
                    kept.removeAll { $0.name == name }
                }
            },
            settle: {}
        )
    }

    var names: [String] { kept.withLock { $0.map(\.name) } }

    /// Copies of all, the last first.
    func passOn() -> Inheritance {
        Inheritance(kept.withLock { $0.reversed().map { Inheritance.Item(name: $0.name, number: dup($0.number)) } })
    }

    /// The tables' descriptor, for a test that spoils them.
    func tables() -> Int32? { kept.withLock { $0.first { $0.name.hasPrefix("tables-") }?.number } }
}

@Suite("One process after another")
struct SuccessionTests {
    private static let ipv6Wildcard = [UInt8](repeating: 0, count: 16)

    /// A relay and those that follow it, on one store.
    private final class Line {
        let store: TestStore
        let workers: Int
        let bind: [UInt8]
        var ports: PortMode
        var scene: PlaneScene

        init(
            workers: Int = 1,
            bind: [UInt8] = PlaneScene.loopback,
            ports: PortMode? = nil,
            capacity: Int = .max
        ) throws {
            store = TestStore(capacity: capacity)
            self.workers = workers
            self.bind = bind
            let mode = ports ?? .shared(PortPair(server: 0, client: 0))
            scene = try PlaneScene(bind: bind, ports: mode, workers: workers, keeper: store.keeper)
            self.ports = ports ?? .shared(scene.ports)
        }

        /// Ends the relay and starts the next one.
        func restart(workers: Int? = nil, _ change: (inout PlaneSettings) -> Void = { _ in }) throws {
            scene.plane.stop()
            scene.plane.waitUntilStopped()
            scene = try PlaneScene(
                bind: bind,
                ports: ports,
                workers: workers ?? self.workers,
                inheriting: store.passOn(),
                keeper: store.keeper,
                change
            )
        }
    }

    /// Talks without the PINGs that would bind the addresses anew.
    private func talkOn(_ session: UInt32, _ host: LoopbackPlayer, _ client: LoopbackPlayer, id: Int32 = 2) throws {
        try host.send(Datagrams.hostData(user: 1, session: session, to: id, [4, 5]))
        #expect(client.receive() == [2, 4, 5], "session \(session)")
        try client.send(Datagrams.clientData(user: 2, session: session, [1, 2, 3]))
        #expect(host.receive() == [2, UInt8(id & 0xFF), 0, 0, 0, 1, 2, 3], "session \(session)")
    }

    @Test(
        "Players talk on over restarts, under the ids and addresses of before, whatever the number of workers",
        arguments: [[1, 1, 1], [2, 1, 2], [1, 2, 2], [2, 2, 3]]
    )
    func talkingOn(workers: [Int]) async throws {
        let line = try Line(workers: workers[0], bind: Self.ipv6Wildcard)
        let tokens: [UInt32] = [5, 6 << 24, 7 << 16, 8]
        var players: [(LoopbackPlayer, LoopbackPlayer)] = []
        for token in tokens {
            try await line.scene.plane.add(PlaneScene.plan(token))
            let address = token == 8 ? PlaneScene.loopback6 : PlaneScene.loopback
            players.append((try line.scene.host(address), try line.scene.client(address)))
            try line.scene.talk(token, players[players.count - 1].0, players[players.count - 1].1)
        }
        let received = line.scene.sum(.receivedDatagrams)
        for count in workers.dropFirst() {
            try line.restart(workers: count)
            #expect(line.scene.plane.succession.sessions == tokens.count)
            #expect(line.scene.plane.succession.users == 3 * tokens.count)
            #expect(line.scene.plane.succession.refusedSockets == [])
            #expect(line.scene.plane.succession.adoptedSockets > 0)
            #expect(line.scene.sum(.receivedDatagrams) >= received)
            // Before the database has said anything.
            for (token, pair) in zip(tokens, players) { try talkOn(token, pair.0, pair.1) }
            for token in tokens { try await line.scene.plane.add(PlaneScene.plan(token)) }
            #expect(await line.scene.plane.confirmRestored() == 0)
            for (token, pair) in zip(tokens, players) { try talkOn(token, pair.0, pair.1) }
            #expect(line.store.names.filter { $0.hasPrefix("tables-") }.count == 1)
        }
    }

    @Test("What arrives while nobody reads is delivered by the next process")
    func nobodyReads() async throws {
        let line = try Line()
        try await line.scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try line.scene.host(), try line.scene.client())
        try line.scene.talk(5, host, client)
        line.scene.plane.stop()
        line.scene.plane.waitUntilStopped()
        for number in 0..<50 { try client.send(Datagrams.clientData(user: 2, session: 5, [UInt8(number)])) }
        try line.restart()
        for number in 0..<50 { #expect(host.receive() == [2, 2, 0, 0, 0, UInt8(number)]) }
    }

    @Test("The database has the last word: who is not in it is cut off, who is new in it is served")
    func reconciliation() async throws {
        let line = try Line()
        try await line.scene.plane.add(PlaneScene.plan(5))
        try await line.scene.plane.add(PlaneScene.plan(6))
        let (host, client) = (try line.scene.host(), try line.scene.client())
        try line.scene.talk(5, host, client)
        try line.scene.talk(6, line.scene.host(), line.scene.client())
        try line.restart()
        var plan = PlaneScene.plan(5)
        plan.users.removeAll { $0.userToken == 2 }
        plan.users.append(UserPlan(userToken: 4, connectionID: 4))
        try await line.scene.plane.add(plan)
        #expect(await line.scene.plane.confirmRestored() == 1)
        try client.send(Datagrams.clientData(user: 2, session: 5, [9]))
        #expect(PlaneScene.eventually { line.scene.sum(.revoked) == 1 })
        let newcomer = try line.scene.client()
        try newcomer.send(Datagrams.clientData(user: 4, session: 5, [8]))
        #expect(host.receive() == [2, 4, 0, 0, 0, 8])
        // The control plane did not know who hosts.
        #expect(line.scene.events.contains(.hostClaimed(sessionToken: 5, userToken: 1)))
        let stranger = try line.scene.client()
        try stranger.send(Datagrams.clientData(user: 2, session: 6, [7]))
        #expect(PlaneScene.eventually { line.scene.sum(.revoked) == 2 })
    }

    @Test("Dedicated pairs stay open over a restart, and the unused are closed")
    func dedicated() async throws {
        let range = try FreePorts.range(count: 6)
        let line = try Line(workers: 2, ports: .dedicated(range))
        for (token, pair) in [(UInt32(5), 0), (6 << 24, 2)] {
            try await line.scene.plane.add(PlaneScene.plan(token, pair: .dedicated(pair)))
        }
        let (host, client) = (try line.scene.host(pair: .dedicated(2)), try line.scene.client(pair: .dedicated(2)))
        try line.scene.talk(6 << 24, host, client)
        try line.restart()
        #expect(line.scene.plane.succession.sessions == 2)
        try talkOn(6 << 24, host, client)
        try await line.scene.plane.add(PlaneScene.plan(6 << 24, pair: .dedicated(2)))
        #expect(await line.scene.plane.confirmRestored() == 1)
        try talkOn(6 << 24, host, client)
        #expect(line.store.names.filter { $0.hasPrefix("udp-") }.count == 2)
        await line.scene.plane.removeSession(6 << 24)
        #expect(line.store.names.filter { $0.hasPrefix("udp-") } == [])
        try await line.scene.plane.add(PlaneScene.plan(7, pair: .dedicated(0)))
        try line.scene.talk(7, line.scene.host(pair: .dedicated(0)), line.scene.client(pair: .dedicated(0)))
    }

    @Test("Tables of another version, damaged, or not complete are left alone, and told", arguments: [8, 48, 128])
    func refusal(offset: Int) async throws {
        let line = try Line()
        try await line.scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try line.scene.host(), try line.scene.client())
        try line.scene.talk(5, host, client)
        var byte: UInt8 = 0xEE
        #expect(pwrite(try #require(line.store.tables()), &byte, 1, off_t(offset)) == 1)
        try line.restart()
        #expect(line.scene.plane.succession.refusedTables != nil)
        #expect(line.scene.plane.succession.sessions == 0)
        #expect(line.scene.plane.succession.adoptedSockets == 2)
        #expect(line.store.names.filter { $0.hasPrefix("tables-") }.count == 1)
        var plan = PlaneScene.plan(5)
        plan.hostUserToken = 1
        try await line.scene.plane.add(plan)
        try line.scene.talk(5, host, client)
    }

    @Test("How far the database had come is known to the next process, also where it cannot use the tables")
    func commitMark() async throws {
        let line = try Line()
        #expect(line.scene.plane.succession.commitMark == nil)
        line.scene.plane.note(CommitMark(database: 7, sequence: 41))
        line.scene.plane.note(CommitMark(database: 7, sequence: 42))
        try line.restart()
        #expect(line.scene.plane.succession.commitMark == CommitMark(database: 7, sequence: 42))
        #expect(line.scene.plane.remembersSessions)
        // A process that never read the database hands on what it was told.
        var byte: UInt8 = 0xEE
        #expect(pwrite(try #require(line.store.tables()), &byte, 1, 8) == 1)
        try line.restart()
        #expect(line.scene.plane.succession.refusedTables != nil)
        #expect(line.scene.plane.succession.commitMark == CommitMark(database: 7, sequence: 42))
        #expect(!line.scene.plane.remembersSessions)
        line.scene.plane.note(CommitMark(database: 9, sequence: 3))
        try line.restart()
        #expect(line.scene.plane.succession.commitMark == CommitMark(database: 9, sequence: 3))
    }

    @Test("Tables that claim sizes no memory has are left alone, though their checksum fits", arguments: [3, 4, 2])
    func impossibleSizes(word: Int) async throws {
        let line = try Line()
        try await line.scene.plane.add(PlaneScene.plan(5))
        var header = [UInt64](repeating: 0, count: 9)
        let tables = try #require(line.store.tables())
        #expect(pread(tables, &header, 72, 0) == 72)
        header[word] = .max
        header[8] = header[..<8].reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1) &* 0x100_0000_01B3 }
        #expect(pwrite(tables, &header, 72, 0) == 72)
        try line.restart()
        #expect(line.scene.plane.succession.refusedTables == "its size does not fit its header")
    }

    @Test("Sockets of a socket unit are used as they are, by fewer workers and by more")
    func socketUnit() async throws {
        for (sockets, workers) in [(1, 1), (2, 1), (2, 2), (1, 2), (4, 2)] {
            let unit = TestStore()
            var ports = PortPair(server: 0, client: 0)
            for role in 0..<2 {
                var options = UDPSocket.Options()
                options.sharesPort = true
                for _ in 0..<sockets {
                    let wanted = role == 0 ? ports.server : ports.client
                    let socket = try UDPSocket.open(address: PlaneScene.loopback, port: wanted, options)
                    let port = try UDPSocket.port(of: socket)
                    if role == 0 { ports.server = port } else { ports.client = port }
                    unit.keeper.keep(socket.number, "udp")
                }
            }
            let handed = Inheritance(unit.passOn().items.reversed())
            let store = TestStore()
            let scene = try PlaneScene(
                ports: .shared(ports),
                workers: workers,
                inheriting: handed,
                keeper: store.keeper
            )
            #expect(scene.plane.succession.adoptedSockets == 2 * sockets)
            #expect(scene.plane.succession.advice.isEmpty == (sockets >= workers))
            #expect(store.names == ["tables-1"], "a unit keeps its own sockets")
            for token: UInt32 in [5, 6 << 24, 7 << 24, 8 << 24, 9 << 16] {
                try await scene.plane.add(PlaneScene.plan(token))
                try scene.talk(token, scene.host(), scene.client())
            }
            scene.plane.stop()
            scene.plane.waitUntilStopped()
        }
    }

    @Test("A full store still keeps the tables over every restart")
    func fullStore() async throws {
        let line = try Line(capacity: 3)
        try await line.scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try line.scene.host(), try line.scene.client())
        try line.scene.talk(5, host, client)
        for _ in 0..<3 {
            try line.restart()
            #expect(line.scene.plane.succession.sessions == 1)
            try talkOn(5, host, client)
            #expect(line.store.names.filter { $0.hasPrefix("tables-") }.count == 1)
        }
    }

    @Test("A player who rejoined keeps the new connection id, and the next one to rejoin gets another")
    func rejoin() async throws {
        let line = try Line()
        try await line.scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try line.scene.host(), try line.scene.client())
        try line.scene.talk(5, host, client)
        try client.send(Datagrams.clientData(user: 2, session: 5, Datagrams.reliable()))
        #expect(host.receive()?.dropFirst().prefix(4) == [2, 0, 0, 0])
        let again = try line.scene.client()
        try again.send(Datagrams.clientData(user: 2, session: 5, Datagrams.hello(length: 30, mark: 7)))
        let first = 1 << 20
        #expect(host.receive()?.dropFirst().prefix(4) == [0, 0, 16, 0], "\(first)")
        try line.restart()
        try host.send(Datagrams.hostData(user: 1, session: 5, to: Int32(first), [4]))
        #expect(again.receive() == [2, 4])
        try await line.scene.plane.add(PlaneScene.plan(5))
        #expect(await line.scene.plane.confirmRestored() == 0)
        try host.send(Datagrams.hostData(user: 1, session: 5, to: Int32(first), [5]))
        #expect(again.receive() == [2, 5])
        let other = try line.scene.client()
        try other.send(Datagrams.ping(user: 3, session: 5))
        #expect(other.receive() == [1, 2])
        try other.send(Datagrams.clientData(user: 3, session: 5, Datagrams.unreliable()))
        #expect(host.receive()?.dropFirst().prefix(4) == [3, 0, 0, 0])
        let rejoined = try line.scene.client()
        try rejoined.send(Datagrams.clientData(user: 3, session: 5, Datagrams.hello(length: 30, mark: 8)))
        #expect(host.receive()?.dropFirst().prefix(4) == [1, 0, 16, 0])
    }

    @Test("Another address to bind takes over the ports from the sockets of before")
    func otherBind() async throws {
        for (first, second) in [(PlaneScene.loopback, Self.ipv6Wildcard), (Self.ipv6Wildcard, PlaneScene.loopback)] {
            let line = try Line(bind: first)
            try await line.scene.plane.add(PlaneScene.plan(5))
            let (host, client) = (try line.scene.host(), try line.scene.client())
            try line.scene.talk(5, host, client)
            line.scene.plane.stop()
            line.scene.plane.waitUntilStopped()
            let next = try PlaneScene(
                bind: second,
                ports: line.ports,
                inheriting: line.store.passOn(),
                keeper: line.store.keeper
            )
            try talkOn(5, host, client)
            next.plane.stop()
            next.plane.waitUntilStopped()
        }
    }

    @Test("Tables left in a file serve as well as those in memory")
    func file() async throws {
        let line = try Line()
        try await line.scene.plane.add(PlaneScene.plan(5))
        let (host, client) = (try line.scene.host(), try line.scene.client())
        try line.scene.talk(5, host, client)
        line.scene.plane.stop()
        line.scene.plane.waitUntilStopped()
        var name = Array("/tmp/causeway-tables-XXXXXX".utf8CString)
        close(mkstemp(&name))
        let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        try line.scene.plane.leaveTables(in: path)
        var status = stat()
        #expect(stat(path, &status) == 0)
        // What nobody touched takes up no room.
        #expect(Int(status.st_blocks) * 512 < 1 << 20)
        line.store.keeper.forget("tables-1")
        var inheritance = line.store.passOn()
        inheritance.items.append(Inheritance.Item(name: Inheritance.tablesName, number: open(path, O_RDWR)))
        let next = try PlaneScene(ports: line.ports, inheriting: inheritance, keeper: line.store.keeper)
        #expect(next.plane.succession.sessions == 1)
        try talkOn(5, host, client)
    }

    @Test("Where nothing was left, datagrams wait until every stored session is served")
    func waiting() async throws {
        let scene = try PlaneScene { $0.waitsForSessions = true }
        let (host, client) = (try scene.host(), try scene.client())
        try host.send(Datagrams.ping(user: 1, session: 5))
        try client.send(Datagrams.clientData(user: 2, session: 5, [1]))
        try await scene.plane.add(PlaneScene.plan(5))
        #expect(host.receive(within: 50) == nil)
        #expect(await scene.plane.confirmRestored() == 0)
        #expect(host.receive() == [1, 2])
        #expect(host.receive() == [2, 2, 0, 0, 0, 1])
        #expect(scene.sum(.unknownSession) == 0)
    }

    @Test("A socket that cannot be used is closed and told")
    func unusable() throws {
        let store = TestStore()
        let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        store.keeper.keep(stream, "udp-0-1-7f000001")
        close(stream)
        let scene = try PlaneScene(inheriting: store.passOn(), keeper: store.keeper)
        #expect(scene.plane.succession.refusedSockets.count == 1)
        #expect(!store.names.contains("udp-0-1-7f000001"))
    }
}
