import RelayNet
import Testing

@testable import causewayd

@Suite("Address families of the lobbies' URL")
struct LobbyURLFamiliesTests {
    @Test("A name with addresses of both families is warned of, and the words name the key and both addresses")
    func both() throws {
        let addresses = try ["198.41.0.4", "2001:503:ba3e::2:30"].map { try #require(IPAddress($0)) }
        let warning = try #require(LobbyURLFamilies.warning(host: "relay.example.net", addresses: addresses))
        for part in ["api.public_url", "relay.example.net", "198.41.0.4", "2001:503:ba3e::2:30"] {
            #expect(warning.contains(part))
        }
    }

    @Test(
        "A name with one family, or none that is known, is fine",
        arguments: [["198.41.0.4", "198.41.0.5"], ["::1"], []]
    )
    func one(texts: [String]) throws {
        let addresses = try texts.map { try #require(IPAddress($0)) }
        #expect(LobbyURLFamilies.warning(host: "relay.example.net", addresses: addresses) == nil)
    }
}
