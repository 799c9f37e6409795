import RelayControl
import Testing

@Suite struct SessionIDTests {
    @Test(
        "An id has one spelling, however it was read out",
        arguments: ["8726ddd9f2bd-S", "8726DDD9F2BD-s", "8726ddd9f2bd", "8726DDD9F2BD", "8726dDd9f2Bd-S"]
    )
    func canonical(text: String) {
        #expect(SessionID.canonical(text) == "8726ddd9f2bd-S")
    }

    @Test(
        "What is no id stays as it is",
        arguments: [
            "", "-S", "8726ddd9f2b", "8726ddd9f2bg", "8726ddd9f2bd-", "8726ddd9f2bd-T", "8726ddd9f2bd-SS",
            " 8726ddd9f2bd", "8726ddd9f2bd-\u{17F}", "８726ddd9f2bd", "nonsense",
        ]
    )
    func others(text: String) {
        #expect(SessionID.canonical(text) == text)
    }

    @Test("What the relay makes up is canonical")
    func made() {
        let random = SeededRandom(seed: 5)
        for _ in 0..<100 {
            let id = random.sessionID()
            #expect(SessionID.canonical(id) == id)
            #expect(SessionID.canonical(id.uppercased()) == id)
        }
    }
}
