import RelayControl
import RelayCore
import Testing

extension Patient {
    /// Nobody was ever heard.
    fileprivate static var unused: Patient {
        healthy.with {
            $0.loseHost()
            $0.report?.wasUsed = false
            for user in 2...3 { $0.change(user: user) { ($0.endpoint, $0.silence) = (nil, nil) } }
        }
    }

    fileprivate func problems(user: Int32? = nil) -> [String] {
        findings(user: user).filter { $0.weight == .problem }.map(\.code)
    }
}

@Suite("Who may still be on the way")
struct DiagnosisArrivalTests {
    @Test("A session is in no trouble in its first ten seconds, and then it is", arguments: [0.0, 9.9, 10, -5])
    func newSession(age: Double) {
        let patient = Patient.unused.with { $0.age = age }
        #expect(patient.findings().map(\.code).first == "nobody_came")
        #expect(patient.problems().isEmpty == (age < 10))
    }

    @Test("Neither are sessions in the first ten seconds of the daemon, whose players come back then")
    func newDaemon() {
        let patient = Patient.healthy.with {
            $0.age = 3_600
            $0.report?.hostEndpoint = nil
            $0.change(user: 2) { ($0.endpoint, $0.silence) = (nil, nil) }
        }
        #expect(patient.with { $0.uptime = 9.9 }.problems().isEmpty)
        #expect(patient.problems() == ["host_not_back", "user_never_heard"])
    }

    @Test("Nor is one who was authorized less than ten seconds ago; the others are as they were")
    func newUser() {
        let patient = Patient.healthy.with {
            $0.age = 3_600
            for user in 2...3 { $0.change(user: user) { ($0.endpoint, $0.silence) = (nil, nil) } }
            $0.arrivals = [3: 9.9]
        }
        #expect(patient.problems(user: 2) == ["user_never_heard"])
        #expect(patient.problems(user: 3).isEmpty)
        #expect(patient.with { $0.arrivals = [3: 10] }.problems(user: 3) == ["user_never_heard"])
    }

    @Test("What early joiners of a new session lose for want of a host is no problem yet")
    func earlyDrops() {
        let patient = Patient.healthy.with {
            $0.loseHost()
            $0.change(user: 2) {
                $0.drops = [.noHost: 40]
                ($0.lastDrop, $0.lastDropAge) = (.noHost, 100)
            }
        }
        #expect(patient.with { $0.age = 5 }.problems().isEmpty)
        #expect(patient.problems().contains("dropped_no_host"))
    }

    @Test("A wrong port is a problem from the first moment on")
    func wrongPort() {
        let patient = Patient.healthy.with {
            $0.age = 1
            $0.change(user: 3) {
                ($0.endpoint, $0.silence) = (nil, nil)
                $0.drops = [.notHost: 7]
                ($0.lastDrop, $0.lastDropAge) = (.notHost, 300)
            }
        }
        #expect(patient.problems() == ["user_on_server_port", "dropped_not_host"])
    }

    @Test("Where nothing arrives the probe is named, with the host and the ports that clients are told")
    func probe() {
        let text = Patient.unused.findings().compactMap(\.advice).joined(separator: "\n")
        let host = "0123456789ab.relay.example.net"
        #expect(text.contains("causeway-bench probe --relay \(host):32000"))
        #expect(text.contains("causeway-bench probe --relay \(host):32001"))
        let v6 = Patient.unused.with { $0.identity = RelayIdentity(address: "2001:db8::1") }
        let advice = v6.findings(user: 2).last?.advice ?? ""
        #expect(advice.contains("causeway-bench probe --relay [2001:db8::1]:32001"), "\(advice)")
        #expect(!advice.contains("32000'"))
    }
}

@Suite("Tokens that changed places, in words")
struct DiagnosisSwappedTests {
    private let swapped = Patient.healthy.with {
        $0.change(user: 3) {
            ($0.endpoint, $0.silence) = (nil, nil)
            ($0.swapped, $0.swappedAge) = (12, 300)
        }
    }

    @Test("Are the one thing that is said of a user who was never heard")
    func named() {
        let findings = swapped.findings(user: 3)
        #expect(findings.map(\.code) == ["host_bound", "tokens_swapped"])
        #expect(findings.last?.weight == .problem)
        #expect(
            findings.last?.what.contains("12 datagrams came with user 3's two tokens in each other's place") == true
        )
        #expect(findings.last?.advice?.contains("Change them round") == true)
    }

    @Test("Are told while nobody came at all, in place of firewalls")
    func nobodyCame() {
        let patient = Patient.unused.with { $0.change(user: 1) { ($0.swapped, $0.swappedAge) = (3, 100) } }
        let findings = patient.findings(user: 1)
        #expect(findings.map(\.code) == ["nobody_came", "tokens_swapped"])
        #expect(findings[0].advice?.contains("firewall") == false)
    }

    @Test("Are history where the right ones came since, and after a minute")
    func over() {
        let mended = swapped.with { $0.change(user: 3) { ($0.endpoint, $0.silence) = (Patient.endpoint(3), 100) } }
        #expect(mended.findings(user: 3).map(\.code) == ["host_bound", "tokens_swapped", "user_bound"])
        #expect(mended.problems().isEmpty)
        let old = mended.with { $0.change(user: 3) { $0.swappedAge = 60_000 } }
        #expect(old.findings(user: 3).map(\.code) == ["host_bound", "user_bound"])
        let silent = swapped.with { $0.change(user: 3) { $0.swappedAge = 60_000 } }
        #expect(silent.problems() == ["user_never_heard"])
        #expect(silent.findings(user: 3).map(\.code).contains("tokens_swapped"))
    }
}
