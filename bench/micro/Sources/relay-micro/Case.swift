import RelayCore

/// A kind of datagram to judge over and over; roughly, each goes a little further into the engine than the one before.
enum Case: String, CaseIterable {
    /// Any datagram, and no engine: what is taken off all other cases.
    case empty
    /// One byte too few, which is the first thing checked.
    case droppedShort = "dropped-short"
    /// Neither PING nor DATA.
    case droppedType = "dropped-type"
    /// A host's DATA with valid tokens and no payload: everything is parsed, nothing is looked up.
    case parse
    /// A host's DATA from its endpoint to an id that nobody has: one probe finds the host, another finds no client.
    case lookup
    /// Unknown tokens from port 0: one probe finds nobody, and nothing is noted down about the source.
    case droppedBadSource = "dropped-bad-source"
    /// DATA with unknown tokens, always the same ones from each source: a client whose session is gone.
    case droppedUnknownToken = "dropped-unknown-token"
    /// DATA with unknown tokens from a source past its budget: a guesser.
    case droppedGuessBudget = "dropped-guess-budget"
    /// A client's PING from its endpoint, answered.
    case ping
    /// A client's DATA from its endpoint, sent on to the host.
    case clientData = "client-data"
    /// A host's DATA from its endpoint, sent on to a client.
    case hostData = "host-data"

    /// How many sessions to count it with. What is dropped before the lookup cannot tell one from many.
    var sessionCounts: [Int] {
        switch self {
        case .empty, .droppedShort, .droppedType, .parse: [1]
        case .droppedBadSource, .droppedUnknownToken, .droppedGuessBudget, .ping: [1_000]
        case .lookup, .clientData, .hostData: [1, 1_000, 20_000]
        }
    }

    /// A datagram of this kind.
    /// - Parameters:
    ///   - client: who sends or receives it, 1 … `World.clientsPerSession`.
    ///   - number: the client's session, from 0.
    ///   - sessions: how many sessions the engine has; it knows no session by this number or a higher one.
    func sample(client: Int, session number: Int, of sessions: Int, _ players: Players) -> Sample {
        let session = Session(number: number, players: players)
        let unknown = Session(number: sessions + number, players: players)
        switch self {
        case .empty, .clientData: return session.clientData(client)
        case .droppedShort:
            var sample = session.clientData(client)
            sample.length = 8
            return sample
        case .droppedType:
            var sample = session.clientData(client)
            sample.head.1 = UInt64(9).littleEndian
            return sample
        case .parse: return session.hostData(to: client, payloadLength: 0)
        case .lookup: return session.hostData(to: World.clientsPerSession + client)
        case .droppedBadSource: return unknown.clientData(client, from: players.nowhere)
        case .droppedUnknownToken:
            let stranger = number % Players.strangerCount
            let gone = Session(number: sessions + stranger, players: players)
            return gone.clientData(1, from: players.stranger(stranger))
        case .droppedGuessBudget: return unknown.clientData(client, from: players.stranger(0))
        case .ping: return session.ping(client)
        case .hostData: return session.hostData(to: client)
        }
    }

    /// What each of them must do, or the wrong thing was counted.
    var outcome: Outcome {
        switch self {
        case .empty: Outcome(effect: .none)
        case .droppedShort: Outcome(effect: .dropped(.tooShort))
        case .droppedType: Outcome(effect: .dropped(.unknownType))
        case .parse: Outcome(effect: .dropped(.badLength))
        case .lookup: Outcome(effect: .dropped(.unknownConnectionID))
        case .droppedBadSource: Outcome(effect: .dropped(.badSource))
        case .droppedUnknownToken: Outcome(effect: .dropped(.unknownSession))
        case .droppedGuessBudget: Outcome(effect: .dropped(.guessBudget))
        case .ping: Outcome(effect: .counted(.answeredPings), length: 2)
        case .clientData: Outcome(effect: .counted(.toHostDatagrams), length: 5 + Session.payloadLength)
        case .hostData: Outcome(effect: .counted(.toClientDatagrams), length: 1 + Session.payloadLength)
        }
    }
}
