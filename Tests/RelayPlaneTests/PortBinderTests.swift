import LinuxIO
import RelayCore
import TestSupport
import Testing

@testable import RelayPlane

@Suite("Opening ports")
struct PortBinderTests {
    private static let loopback: [UInt8] = [127, 0, 0, 1]
    private static let loopback6 = [UInt8](repeating: 0, count: 15) + [1]
    private static let linkLocal: [UInt8] = [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1]
    private static let notHere: [UInt8] = [192, 0, 2, 77]

    private func open(
        _ bind: [UInt8],
        workers: Int = 1,
        machine: [[UInt8]]
    ) throws -> (sockets: [SharedSockets], ports: PortPair) {
        let binder = PortBinder(bind: try #require(PeerAddress(bytes: bind)))
        var inventory = SocketInventory()
        let shared = try binder.openShared(
            PortPair(server: 0, client: 0),
            workers: workers,
            machine: machine,
            inventory: &inventory
        )
        return (shared.workers, shared.ports)
    }

    private func local(_ address: [UInt8]) throws -> LocalAddress {
        LocalAddress(try #require(PeerAddress(bytes: address)))
    }

    @Test(
        "On a wildcard each address of the machine gets sockets of its own, once, and none that could not be bound",
        arguments: [1, 2]
    )
    func localSockets(workers: Int) throws {
        let machine = [Self.loopback, Self.loopback6, Self.linkLocal, Self.loopback, Self.notHere]
        let (sockets, _) = try open([UInt8](repeating: 0, count: 16), workers: workers, machine: machine)
        defer { for worker in sockets { worker.closeAll() } }
        #expect(sockets.count == workers)
        for worker in sockets {
            #expect(worker.local.map(\.address) == [try local(Self.loopback), try local(Self.loopback6)])
            #expect(worker.main.map(\.open.count) == [4])
            #expect(worker.local.allSatisfy { $0.sockets.open.count == 2 })
        }
    }

    @Test("A datagram to such an address comes to its socket and to no other")
    func arrival() throws {
        let (sockets, ports) = try open([0, 0, 0, 0], machine: [Self.loopback])
        defer { for worker in sockets { worker.closeAll() } }
        let own = try #require(sockets[0].local.first?.sockets)
        var batch = ReceiveBatch(longest: 1_200)
        try LoopbackPlayer(to: (Self.loopback, ports.client)).send([1])
        try LoopbackPlayer(to: ([127, 0, 0, 2], ports.client)).send([2])
        #expect(batch.receive(from: own.clientIPv4) == 1)
        #expect(batch.datagrams[0].bytes.load(as: UInt8.self) == 1)
        #expect(batch.receive(from: sockets[0].main[0].clientIPv4) == 1)
        #expect(batch.datagrams[0].bytes.load(as: UInt8.self) == 2)
        #expect(batch.datagrams[0].local.low == 0x0200_007F)
    }

    @Test("A relay bound to one address has no others")
    func singleAddress() throws {
        let (sockets, _) = try open(Self.loopback, machine: [Self.loopback, Self.loopback6])
        defer { for worker in sockets { worker.closeAll() } }
        #expect(sockets[0].local.isEmpty)
        #expect(sockets[0].main[0].open.count == 2)
    }

    @Test("What is open is closed again where a port is taken")
    func taken() throws {
        let (first, ports) = try open([0, 0, 0, 0], machine: [Self.loopback])
        let binder = PortBinder(bind: try #require(PeerAddress(bytes: [0, 0, 0, 0])))
        var inventory = SocketInventory()
        #expect(throws: DataPlaneError.self) {
            _ = try binder.openShared(ports, workers: 2, machine: [Self.loopback], inventory: &inventory)
        }
        for worker in first { worker.closeAll() }
        let again = try binder.openShared(ports, workers: 2, machine: [Self.loopback], inventory: &inventory)
        for worker in again.workers { worker.closeAll() }
    }
}
