import BenchKit
import Testing

@Suite("What people type")
struct TextFormTests {
    @Test(
        "Durations with a unit are read",
        arguments: [
            ("10s", .seconds(10)), ("500ms", .milliseconds(500)), ("1m", .seconds(60)), ("2h", .seconds(7200)),
            ("1.5s", .milliseconds(1500)), ("250us", .microseconds(250)), ("1d", .seconds(86_400)), ("0s", .zero),
        ] as [(String, Duration)]
    )
    func durations(text: String, duration: Duration) {
        #expect(Duration(text: text) == duration)
    }

    @Test(
        "Anything else is no duration",
        arguments: [
            "", "10", "s", "-1s", "+1s", " 1s", "1 s", "1s ", "1x", "1sec", "1.s", ".5s", "1..5s", "1e3s", "0x1s",
            "1m30s",
            "999999999d", "nans", "infs", "١s",
        ]
    )
    func noDurations(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(
        "HOST:PORT is read with names, IPv4 and bracketed IPv6 addresses",
        arguments: [
            ("relay.example.net:32000", "relay.example.net", 32000), ("127.0.0.1:1", "127.0.0.1", 1),
            ("[::1]:65535", "::1", 65535),
        ] as [(String, String, UInt16)]
    )
    func endpoints(text: String, host: String, port: UInt16) {
        let endpoint = RelayEndpointText(text)
        #expect(endpoint?.host == host)
        #expect(endpoint?.port == port)
    }

    @Test(
        "Anything else is no HOST:PORT",
        arguments: ["", "host", ":1", "host:", "host:0", "host:65536", "::1:32000", "[]:1", "host:-1", "host:1x"]
    )
    func noEndpoints(text: String) {
        #expect(RelayEndpointText(text) == nil)
    }
}
