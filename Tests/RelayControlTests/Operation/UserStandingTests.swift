import RelayControl
import RelayCore
import Testing

@Suite("How users stand")
struct UserStandingTests {
    private func standings(_ patient: Patient) -> [String] {
        let symptoms = patient.symptoms
        let standings = UserStanding.all(in: symptoms.inspected, Diagnosis.findings(symptoms))
        return (Int32(1)...3).map { standings[$0]?.rawValue ?? "?" }
    }

    @Test("Who is heard gets through where the host is heard too")
    func well() {
        #expect(standings(.healthy) == ["gets_through", "gets_through", "gets_through"])
    }

    @Test("Without a host nobody gets through, whatever was dropped", arguments: [DropReason.heldReplaced, .noHost])
    func noHost(reason: DropReason) {
        let patient = Patient.healthy.with {
            $0.loseHost()
            $0.change(user: 2) {
                $0.drops = [reason: 400]
                ($0.lastDrop, $0.lastDropAge) = (reason, 50)
            }
        }
        let found = standings(patient)
        #expect(found[1] == (reason == .noHost ? "problem" : "waits_for_host"))
        #expect(found[2] == "waits_for_host")
    }

    @Test("A host that is silent for three seconds is waited for")
    func silentHost() {
        let patient = Patient.healthy.with { $0.report?.hostSilence = 3_000 }
        #expect(standings(patient) == ["problem", "waits_for_host", "waits_for_host"])
    }

    @Test("Who was never heard is in no trouble in a new session, and does not get through either")
    func unheard() {
        let patient = Patient.healthy.with { $0.change(user: 3) { ($0.endpoint, $0.silence) = (nil, nil) } }
        #expect(standings(patient.with { $0.age = 2 }) == ["gets_through", "gets_through", "not_heard"])
        #expect(standings(patient) == ["gets_through", "gets_through", "problem"])
    }

    @Test("A host that has not come back after a restart is not heard")
    func notBack() {
        let patient = Patient.healthy.with {
            $0.report?.hostEndpoint = nil
            $0.uptime = 1
        }
        #expect(standings(patient) == ["not_heard", "waits_for_host", "waits_for_host"])
    }
}
