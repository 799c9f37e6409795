import RelayNet
import Testing

@testable import RelayConfig

@Suite("Small values")
struct SmallValueTests {
    @Test("Every duration is written so that it reads back")
    func durations() {
        var milliseconds = 1
        while milliseconds < 3_000_000_000 {
            let duration = Duration.milliseconds(milliseconds)
            #expect(DurationText.parse(DurationText.text(duration)) == duration, "\(milliseconds) ms")
            milliseconds += milliseconds / 3 + 1
        }
        #expect(DurationText.text(.zero) == "0s")
        #expect(DurationText.parse("1d2h3m4s5ms") == .milliseconds(93_784_005))
        for text in [
            "", "1", "s", "1S", "1 s", "1s ", "1m1h", "1ms1s", "01s", "+1s", "1.5s", "١s", "1µs", "12345678901s",
        ] {
            #expect(DurationText.parse(text) == nil, "\(text)")
        }
    }

    @Test("A wildcard name puts the session in front")
    func hostnames() {
        #expect(
            RelayHostname("*.Relay.example.net")?.name(forSession: "7349356945f1") == "7349356945f1.relay.example.net"
        )
        #expect(RelayHostname("relay.example.net")?.name(forSession: "7349356945f1") == "relay.example.net")
    }

    @Test("A listener says whether only this machine reaches it")
    func listeners() {
        let local = ["127.0.0.1:1", "[::1]:1", "localhost:1", "unix:/x"].map { ListenAddress($0)?.isLocal }
        #expect(local == [true, true, true, true])
        #expect(["0.0.0.0:1", "[::]:1", "10.0.0.1:1"].map { ListenAddress($0)?.isLocal } == [false, false, false])
    }

    @Test("A range of ports counts its pairs")
    func ports() {
        #expect(PortRange("20000-29999")?.pairs == 5_000)
        #expect(PortRange("1-65534")?.pairs == 32_767)
    }

    @Test("Text is written so that YAML reads it back as the same text")
    func yamlText() throws {
        for text in [
            "a", "a b", "no", "5", "1.5", "~", "", "a\"b", "a\\b", "*x", "&x", "x: y", "x #y", "-", "- x", "é", "::1",
            "a:", "0x1F", ".inf", "1e5",
        ] {
            let root = try #require(try YAMLSource.read("k: \(YAMLText.scalar(text))"))
            guard case .map(let pairs) = root.content else {
                Issue.record("\(text) is no value")
                continue
            }
            #expect(pairs.first?.value.text == text)
            #expect(pairs.first?.value.shape.hasPrefix("text") == true, "\(text)")
        }
    }
}
