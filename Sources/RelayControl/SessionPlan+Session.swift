internal import RelayCore
internal import RelayNet

extension SessionPlan {
    /// What the plane has to know of a session.
    ///
    /// - Parameter generation: how often the daemon has started: ids given to rejoining players in an earlier run must
    ///   not come back.
    init(_ session: Session, generation: Int64, pinsAddresses: Bool) {
        let host = session.hostNumber.flatMap { number in session.users.first { $0.number == number } }
        self.init(
            sessionToken: session.token,
            users: session.users.map { UserPlan($0, pinsAddress: pinsAddresses) },
            portPair: session.portPair,
            hostUserToken: host?.token,
            rejoinIDs: Self.rejoinIDs(restores: generation - session.createdInGeneration),
            wasUsed: session.wasUsed
        )
    }

    /// The ids for rejoining players after so many restores: the users' own ids lie below 2¹⁹, every restore opens the
    /// next block of 2²⁰, and past the range of the wire's signed 32-bit number there are none.
    static func rejoinIDs(restores: Int64) -> Range<Int32> {
        switch restores {
        case ..<1: return 1 << 19..<1 << 20
        case 1..<2047: return Int32(restores) << 20..<Int32(restores + 1) << 20
        default: return 0..<0
        }
    }
}

extension UserPlan {
    init(_ user: SessionUser, pinsAddress: Bool) {
        self.init(
            userToken: user.token,
            connectionID: user.number,
            pinnedAddress: pinsAddress ? Self.pin(user.address) : nil
        )
    }

    private static func pin(_ text: String) -> PeerAddress? {
        guard let address = IPAddress(text), address.reach != .unspecified else { return nil }
        return PeerAddress(bytes: address.bytes)
    }
}
