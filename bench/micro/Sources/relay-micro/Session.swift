import RelayCore

/// One session by number: user 0 hosts, users 1 … 8 are its clients.
struct Session {
    var number: Int
    var players: Players

    /// Bytes of payload in every DATA that has one.
    static let payloadLength = 120

    private var token: UInt32 { players.token(number) }

    /// A number of the user's own among all sessions' users.
    private func player(_ user: Int) -> Int { number * (World.clientsPerSession + 1) + user }

    private func connectionID(_ user: Int) -> Int32 { Int32(truncatingIfNeeded: user + 1) }

    var plan: SessionPlan {
        let users = (0...World.clientsPerSession).map {
            UserPlan(userToken: players.token(player($0)), connectionID: connectionID($0))
        }
        return SessionPlan(sessionToken: token, users: users, rejoinIDs: 1 << 19..<1 << 20)
    }

    /// Binds everybody: the host first.
    var pings: [Sample] {
        (0...World.clientsPerSession).map { ping($0) }
    }

    func ping(_ user: Int) -> Sample {
        sample(of: user, type: Sample.ping, length: 9, from: players.home(player(user)))
    }

    /// From a client, with a payload.
    func clientData(_ client: Int, from source: PeerEndpoint? = nil) -> Sample {
        sample(
            of: client,
            type: Sample.data,
            length: 9 + Self.payloadLength,
            from: source ?? players.home(player(client))
        )
    }

    /// From the host to a client, of which there need not be one by this number.
    func hostData(to client: Int, payloadLength: Int = Self.payloadLength) -> Sample {
        sample(of: 0, type: Sample.data, to: client, length: 13 + payloadLength, from: players.home(player(0)))
    }

    private func sample(
        of user: Int,
        type: UInt8,
        to client: Int? = nil,
        length: Int,
        from source: PeerEndpoint
    ) -> Sample {
        Sample(
            user: players.token(player(user)),
            session: token,
            type: type,
            connectionID: client.map(connectionID) ?? 0,
            length: length,
            from: source,
            user == 0 ? .server : .client
        )
    }
}
