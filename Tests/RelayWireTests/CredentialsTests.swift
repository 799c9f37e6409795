import RelayWire
import Testing

@Suite("Credentials")
struct CredentialsTests {
    @Test("The user token is the low half, the session token the high half")
    func halves() {
        let credentials = Credentials(userToken: 0x0403_0201, sessionToken: 0x0807_0605)
        #expect(credentials.rawValue == 0x0807_0605_0403_0201)
        #expect(Credentials(rawValue: 0x0807_0605_0403_0201).userToken == 0x0403_0201)
        #expect(Credentials(rawValue: 0x0807_0605_0403_0201).sessionToken == 0x0807_0605)
    }

    @Test("Tokens with their highest bit set keep to their halves")
    func highBits() {
        let credentials = Credentials(userToken: .max, sessionToken: 0)
        #expect(credentials.rawValue == 0x0000_0000_FFFF_FFFF)
        #expect(Credentials(userToken: 0, sessionToken: .max).rawValue == 0xFFFF_FFFF_0000_0000)
    }
}
