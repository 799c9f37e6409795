import RelayCore
import TestSupport
import Testing

/// What a successor does with entries that were damaged; the fuzz target `snapshot` looks for more.
@Suite struct AdoptionTests {
    private static let plan = SessionPlan(
        sessionToken: Scene.session,
        users: (1...4).map { UserPlan(userToken: $0, connectionID: Int32($0)) },
        hostUserToken: 1,
        rejoinIDs: Scene.rejoinIDs,
        wasUsed: true
    )

    /// Writes other bytes over every place in the tables where these stand.
    private func replace(_ old: [UInt8], by new: [UInt8], in memory: UnsafeMutableRawBufferPointer) {
        var found = 0
        for start in stride(from: 0, to: memory.count - old.count, by: 4)
        where memory[start] == old[0] && memory[start..<start + old.count].elementsEqual(old) {
            for (index, byte) in new.enumerated() { memory[start + index] = byte }
            found += 1
        }
        #expect(found > 0, "\(old) stands nowhere")
    }

    @Test(
        "An address that no player can have is forgotten: nothing is ever sent there",
        arguments: [[224, 0, 0, 1], [255, 255, 255, 255], [0, 0, 0, 0]] as [[UInt8]]
    )
    func impossibleAddress(address: [UInt8]) throws {
        let scene = try Scene.playing()
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
        scene.driver.restart(now: scene.now, stored: [Self.plan]) { memory in
            // A sockaddr_in: family, port, address.
            replace([2, 0, 0x03, 0xE8, 10, 0, 0, 2], by: [2, 0, 0x03, 0xE8] + address, in: memory)
        }
        #expect(scene.hostData(to: 2) == .dropped(.noAddress))
        #expect(scene.ping(2) == .answered(2))
        #expect(scene.hostData(to: 2) == .toClient([8], scene.home(2)))
    }

    @Test(
        "A rejoin never gets a user's number, whatever the next id is said to be",
        arguments: [1, 0, -5, 3] as [Int32]
    )
    func damagedRejoinIDs(next: Int32) throws {
        let scene = try Scene.playing()
        #expect(scene.connect(2) == 2)
        let id = { (number: Int32) in Datagrams.littleEndian(UInt32(bitPattern: number)) }
        scene.driver.restart(now: scene.now, stored: [Self.plan]) { memory in
            let (first, end) = (Scene.rejoinIDs.lowerBound, Scene.rejoinIDs.upperBound)
            replace(id(first) + id(end), by: id(next), in: memory)
        }
        let rejoined = scene.hello(2, from: Scene.place(2, 4_444))
        #expect(rejoined == .toHost(Scene.rejoinIDs.lowerBound, Datagrams.hello(), scene.home(1)))
    }
}
