internal import RelayCore
internal import RelayNet

extension SessionPlan {
    /// What the plane has to know of a session.
    init(_ session: Session, pinsAddresses: Bool) {
        let host = session.hostNumber.flatMap { number in session.users.first { $0.number == number } }
        self.init(
            sessionToken: session.token,
            users: session.users.map { UserPlan($0, pinsAddress: pinsAddresses) },
            portPair: session.portPair,
            hostUserToken: host?.token,
            rejoinIDs: Self.rejoinIDs(after: session.highestRejoinID),
            wasUsed: session.wasUsed
        )
    }

    /// Connection ids below are users' numbers.
    static var firstRejoinID: Int32 { 1 << 19 }

    /// The ids for players who rejoin from now on. The users' own ids lie below 2¹⁹. Where ids were given before, and the plane
    /// may not know up to which, the next block of 2²⁰ is opened; where none was since the last one, that one is taken again: a
    /// loop of crashes must not use them up. Past the range of the wire's signed 32-bit number there are none.
    /// - Parameter highest: the highest id that was given; 0 where none was.
    static func rejoinIDs(after highest: Int32) -> Range<Int32> {
        guard highest > 0 else { return firstRejoinID..<1 << 20 }
        let block = highest >> 20 + 1
        return block < 2047 ? block << 20..<(block + 1) << 20 : 0..<0
    }
}

extension UserPlan {
    init(_ user: SessionUser, pinsAddress: Bool) {
        let named = Self.address(user.address)
        self.init(
            userToken: user.token,
            connectionID: user.rejoinID ?? user.number,
            pinnedAddress: pinsAddress ? named : nil,
            namedAddress: named,
            number: user.number
        )
    }

    /// What the API was told, where a player can have it.
    private static func address(_ text: String) -> PeerAddress? {
        guard let address = IPAddress(text), address.reach != .unspecified else { return nil }
        return PeerAddress(bytes: address.bytes)
    }
}
