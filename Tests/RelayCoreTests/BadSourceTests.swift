import RelayCore
import TestSupport
import Testing

@Suite("Sources that cannot be players")
struct BadSourceTests {
    private static let zeros = [UInt8](repeating: 0, count: 15)

    @Test(
        "Unspecified, multicast and broadcast addresses are no players",
        arguments: [
            [0, 0, 0, 0], [224, 0, 0, 1], [239, 255, 255, 255], [255, 255, 255, 255],
            zeros + [0], [0xFF, 2] + [UInt8](repeating: 0, count: 13) + [1],
        ] as [[UInt8]]
    )
    func noPlayers(address: [UInt8]) throws {
        let scene = try Scene()
        #expect(scene.ping(2, from: Scene.endpoint(address, 1_000)) == .dropped(.badSource))
        #expect(scene.ping(99, from: Scene.endpoint(address, 1_000)) == .dropped(.badSource))
    }

    @Test(
        "The addresses next to them are",
        arguments: [[223, 255, 255, 255], [240, 0, 0, 1], [0, 0, 0, 1]] as [[UInt8]]
    )
    func players(address: [UInt8]) throws {
        let scene = try Scene()
        #expect(scene.ping(2, from: Scene.endpoint(address, 1_000)) == .answered(2))
    }

    @Test("Port 0 is no player, port 1 is")
    func portZero() throws {
        let scene = try Scene()
        #expect(scene.ping(2, from: Scene.place(2, 0)) == .dropped(.badSource))
        #expect(scene.ping(2, from: Scene.place(2, 1)) == .answered(2))
    }

    @Test("One of the relay's own ports at one of its own addresses is a loop; either alone is a player")
    func loops() throws {
        var settings = EngineSettings()
        settings.ownServerPorts = 5_000...5_000
        settings.ownClientPorts = 5_004...5_004
        let scene = try Scene(settings)
        scene.driver.engine.setOwnAddresses([Scene.place(2).address])
        for port in [5_000, 5_004] as [UInt16] {
            #expect(scene.ping(2, from: Scene.place(2, port)) == .dropped(.badSource))
            #expect(scene.ping(2, from: Scene.endpoint([127, 3, 2, 1], port)) == .dropped(.badSource))
            #expect(scene.ping(2, from: Scene.endpoint(Self.zeros + [1], port)) == .dropped(.badSource))
        }
        // A player on the relay's own machine may have any port between the two.
        for port in [4_999, 5_001, 5_003, 5_005] as [UInt16] {
            #expect(scene.ping(2, from: Scene.place(2, port)) == .answered(2))
        }
        #expect(scene.ping(3, from: Scene.place(3, 5_000)) == .answered(2))
        scene.driver.engine.setOwnAddresses([])
        #expect(scene.ping(4, from: Scene.place(2, 5_000)) == .answered(2))
    }
}
