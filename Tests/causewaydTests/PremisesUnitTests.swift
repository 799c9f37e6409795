import RelayConfig
import RelayNet
import Testing

@testable import causewayd

@Suite struct PremisesUnitTests {
    private static func configuration(_ sets: [String]) throws -> Configuration {
        let request = ConfigurationRequest(file: nil, environment: [:], sets: sets, dev: true)
        return try ConfigurationLoader.load(request).configuration
    }

    @Test(
        "A limit of open files that is too low for the workers is an error, one that is tight a warning, and both once"
    )
    func descriptors() throws {
        func findings(_ limit: Int, _ sets: String...) throws -> [Premises.Finding] {
            Premises.descriptorFindings(try Self.configuration(sets), limit: limit, processors: 4, localAddresses: 3)
        }
        let low = try findings(60)
        #expect(low.count == 1 && low[0].weight == .problem)
        #expect(low[0].words.contains("only 60 files") && low[0].words.contains("LimitNOFILE="))
        let tight = try findings(1_024)
        #expect(tight.count == 1 && tight[0].weight == .advice && tight[0].key == "limits.api_connections")
        let dedicated = try findings(20_000, "relay.ports.dedicated=20000-39999")
        #expect(dedicated.count == 1 && dedicated[0].weight == .advice && dedicated[0].key == "relay.ports.dedicated")
        #expect(try findings(65_536).isEmpty)
        #expect(try findings(65_536, "relay.ports.dedicated=20000-39999").isEmpty)
    }

    @Test("A full descriptor store is told once, and again after it had room")
    func store() {
        let gauge = StoreGauge(capacity: 20, names: ["udp", "api", "udp-0-1-00"])
        let told = (0..<40).compactMap { gauge.add("udp-\($0)-2-00") }
        #expect(told == [20])
        #expect(gauge.add("udp-99-2-00") == nil)
        for number in 0..<30 { gauge.remove("udp-\(number)-2-00") }
        #expect((0..<30).compactMap { gauge.add("udp-\($0)-3-00") } == [20])
        let unknown = StoreGauge(capacity: nil, names: [])
        #expect((0..<99).compactMap { unknown.add("udp-\($0)") }.isEmpty)
    }

    @Test(
        "A line of the kernel's table of sockets is read",
        arguments: [
            (
                "   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0",
                "127.0.0.1", 8_080, true, 4_711
            ),
            (
                "  17: 0000000000000000FFFF00000100007F:7D00 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 "
                    + "00000000  1000        0 18 2 0 0",
                "127.0.0.1", 32_000, false, 18
            ),
            (
                "   0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 1000 0 5 1",
                "::1", 80,
                true, 5
            ),
        ] as [(String, String, UInt16, Bool, UInt64)]
    )
    func socketLine(line: String, address: String, port: UInt16, isListening: Bool, inode: UInt64) throws {
        let socket = try #require(SocketList.parse(line))
        #expect(socket.address == IPAddress(address))
        #expect((socket.port, socket.isListening, socket.user, socket.inode) == (port, isListening, 1_000, inode))
    }

    @Test("The heading of that table, and nonsense, are no sockets")
    func noSocketLine() {
        let heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
        for line in [heading, "", "a b c d e f g h i j k", "0: 12:34 0 0 0 0 0 0 0 0"] {
            #expect(SocketList.parse(line) == nil)
        }
    }
}
