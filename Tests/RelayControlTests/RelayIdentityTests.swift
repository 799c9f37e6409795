import RelayControl
import Testing

@Suite struct RelayIdentityTests {
    @Test(
        "The announced host is the wildcard with the session's digits, else the name, else the address",
        arguments: [
            ("*.relay.example.net", "7349356945f1.relay.example.net"), ("relay.example.net", "relay.example.net"),
            ("", "2001:db8::1"), (nil, "2001:db8::1"),
        ] as [(String?, String)]
    )
    func host(hostname: String?, expected: String) {
        let identity = RelayIdentity(address: "2001:db8::1", hostname: hostname)
        #expect(identity.host(forSessionID: "7349356945f1-S") == expected)
    }
}
