/// A player in a lobby.
package struct LobbyPlayer: Sendable, Equatable {
    /// Tells the players of a lobby apart in its records, from 1, in the order in which they came.
    package var number: Int
    /// Chosen by the player.
    package var id: String
    package var isHost: Bool
    /// The address that the player's request came from.
    package var address: String
    /// What `address` is compared by: see `LobbyCaller.source`.
    package var source: String
    /// The user token in the lobby's relay session, once started.
    package var token: UInt32?

    package init(
        number: Int,
        id: String,
        isHost: Bool,
        address: String,
        source: String,
        token: UInt32? = nil
    ) {
        self.number = number
        self.id = id
        self.isHost = isHost
        self.address = address
        self.source = source
        self.token = token
    }
}

extension LobbyPlayer: Codable {
    private enum CodingKeys: String, CodingKey { case number, id, isHost, address, source, token }

    /// Older records lack the number; whoever reads them knows the order.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        number = try values.decodeIfPresent(Int.self, forKey: .number) ?? 0
        id = try values.decode(String.self, forKey: .id)
        isHost = try values.decode(Bool.self, forKey: .isHost)
        address = try values.decode(String.self, forKey: .address)
        source = try values.decode(String.self, forKey: .source)
        token = try values.decodeIfPresent(UInt32.self, forKey: .token)
    }
}
