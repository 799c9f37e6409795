import RelayCore
import Testing

@testable import RelayControl

@Suite struct SessionPlanTests {
    @Test(
        "A restore opens the next block of ids for rejoining players only where one of the running block was given",
        arguments: [
            (0, 1 << 19..<1 << 20), (1 << 19, 1 << 20..<2 << 20), (1 << 20 - 1, 1 << 20..<2 << 20),
            (1 << 20, 2 << 20..<3 << 20), (2 << 20 + 77, 3 << 20..<4 << 20), (2046 << 20 - 1, 2046 << 20..<2047 << 20),
            (2046 << 20, 0..<0), (.max, 0..<0),
        ] as [(Int32, Range<Int32>)]
    )
    func rejoinIDs(highest: Int32, expected: Range<Int32>) {
        #expect(SessionPlan.rejoinIDs(after: highest) == expected)
    }

    @Test("The plane is told under which id the host knows a user, and which number that user has")
    func presentID() {
        let rejoined = SessionUser(number: 3, address: "1.2.3.4", token: 9, rejoinID: 1 << 20)
        let plan = UserPlan(rejoined, pinsAddress: false)
        #expect(plan.userToken == 9 && plan.connectionID == 1 << 20 && plan.number == 3)
        #expect(UserPlan(SessionUser(number: 3, address: "::", token: 9), pinsAddress: false).connectionID == 3)
    }

    @Test(
        "The plane is told the address that the API named, unless it says nothing, and pinning takes it",
        arguments: [
            ("1.2.3.4", PeerAddress(bytes: [1, 2, 3, 4])), ("::ffff:1.2.3.4", PeerAddress(bytes: [1, 2, 3, 4])),
            ("::1", PeerAddress(bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])), ("0.0.0.0", nil),
            ("::", nil),
        ] as [(String, PeerAddress?)]
    )
    func pinning(address: String, expected: PeerAddress?) {
        let user = SessionUser(number: 3, address: address, token: 9)
        let pinned = UserPlan(userToken: 9, connectionID: 3, pinnedAddress: expected, namedAddress: expected)
        #expect(UserPlan(user, pinsAddress: true) == pinned)
        let unpinned = UserPlan(user, pinsAddress: false)
        #expect(unpinned.pinnedAddress == nil)
        #expect(unpinned.namedAddress == expected, "the plane learns all the same whom to expect where")
    }
}
