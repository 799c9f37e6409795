import RelayCore
import Testing

@testable import RelayControl

@Suite struct SessionPlanTests {
    @Test(
        "Ids for rejoining players never repeat across restores",
        arguments: [
            (0, 1 << 19..<1 << 20), (1, 1 << 20..<2 << 20), (2, 2 << 20..<3 << 20),
            (2046, 2046 << 20..<2047 << 20), (2047, 0..<0), (.max, 0..<0), (-3, 1 << 19..<1 << 20),
        ] as [(Int64, Range<Int32>)]
    )
    func rejoinIDs(restores: Int64, expected: Range<Int32>) {
        #expect(SessionPlan.rejoinIDs(restores: restores) == expected)
    }

    @Test(
        "Pinning takes the address that the API was told, unless it says nothing",
        arguments: [
            ("1.2.3.4", PeerAddress(bytes: [1, 2, 3, 4])), ("::ffff:1.2.3.4", PeerAddress(bytes: [1, 2, 3, 4])),
            ("::1", PeerAddress(bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])), ("0.0.0.0", nil),
            ("::", nil),
        ] as [(String, PeerAddress?)]
    )
    func pinning(address: String, expected: PeerAddress?) {
        let user = SessionUser(number: 3, address: address, token: 9)
        #expect(UserPlan(user, pinsAddress: true) == UserPlan(userToken: 9, connectionID: 3, pinnedAddress: expected))
        #expect(UserPlan(user, pinsAddress: false).pinnedAddress == nil)
    }
}
