package import RelayCore

/// The rules of `docs/wire.md` a second time, written from its words: slow and obvious, to be compared with the engine.
///
/// Everything that has a lifetime ends by itself at the start of each step, so there is no sweep to forget.
package struct SlowTwin {
    /// The rules' limits.
    package let settings: EngineSettings
    /// The budgets of wrong tokens.
    package let guesses: GuessLedger.Settings
    /// The relay's own addresses.
    package var ownAddresses: Set<PeerAddress> = []
    /// Datagrams dropped so far.
    package var drops = Tally<DropReason>()
    /// The other counters.
    package var counts = Tally<Counter>()
    /// Events for the control plane since they were last taken, but for idle sessions.
    package var events: [PlaneEvent] = []

    /// Why the last datagram was dropped; nil where it was not.
    package private(set) var lastDrop: DropReason?

    var sessions: [UInt32: TwinSession] = [:]
    /// Revoked and deleted pairs of tokens.
    var departed: [TwinPair: TwinDeparted] = [:]
    var sources: [[UInt8]: TwinSource] = [:]
    /// When each pair was last used with success from each source.
    var uses: [TwinUse: UInt64] = [:]
    /// Answers to wrong tokens in each second of the clock.
    var answers: [UInt64: Int] = [:]
    /// What all sessions have sent.
    var rate = TwinRate()
    var now: UInt64 = 0
    var outcome = Outcome()

    /// A twin that serves nothing yet.
    package init(settings: EngineSettings, guesses: GuessLedger.Settings) {
        self.settings = settings
        self.guesses = guesses
    }

    /// Datagrams that wait for a host, or for a move to be confirmed.
    package var heldNow: Int {
        sessions.values.reduce(0) { $0 + $1.heldCount }
    }

    /// Judges a datagram and does what it causes.
    package mutating func step(_ bytes: [UInt8], _ arrival: Arrival) -> Outcome {
        outcome = Outcome()
        pass(to: arrival.now)
        count(.receivedDatagrams)
        let datagram = TwinDatagram(bytes: bytes, arrival: arrival)
        lastDrop = judge(datagram)
        if let lastDrop { drop(lastDrop) }
        return outcome
    }

    /// Lets everything end whose time is over.
    package mutating func pass(to now: UInt64) {
        self.now = now
        for (token, session) in sessions {
            for (userToken, user) in session.users {
                if let held = user.held, now - held.at > 2_000 {
                    drop(.noHost)
                    sessions[token]?.users[userToken]?.held = nil
                }
                if let pending = user.client.pending, now - pending.at > 2_000 {
                    drop(.roamingUnconfirmed)
                    sessions[token]?.users[userToken]?.client.pending = nil
                }
            }
            if let pending = session.host.pending, now - pending.at > 2_000 {
                drop(.roamingUnconfirmed)
                sessions[token]?.host.pending = nil
            }
        }
        departed = departed.filter { now - $0.value.at < 600_000 }
    }

    /// The order of judgement; returns why the datagram is dropped, if it is.
    private mutating func judge(_ datagram: TwinDatagram) -> DropReason? {
        if let malformed = datagram.malformed { return malformed }
        guard let session = sessions[datagram.sessionToken], let user = session.users[datagram.userToken] else {
            return judgeWrongTokens(datagram)
        }
        let isBound: Bool
        switch datagram.arrival.role {
        case .client:
            let isForgotten = now - user.client.heard >= UInt64(settings.userTimeout)
            isBound = user.client.endpoint == datagram.source && !isForgotten
        case .server: isBound = session.hostToken == user.token && session.host.endpoint == datagram.source
        }
        if !isBound || session.pair != datagram.arrival.pair {
            if isBadSource(datagram.source) { return .badSource }
            if let reason = refusalPastBudget(datagram, user) { return reason }
            if session.pair != datagram.arrival.pair { return .wrongPort }
            if let pinned = user.pinned, pinned != datagram.source.address { return .addressPinned }
        }
        switch datagram.arrival.role {
        case .client: return judgeClient(datagram, session, user, isBound: isBound)
        case .server: return judgeHost(datagram, session, user, isBound: isBound)
        }
    }

    mutating func drop(_ reason: DropReason) {
        drops[reason] += 1
    }

    mutating func count(_ counter: Counter) {
        counts[counter] += 1
    }

    /// The session was used: its first valid datagram is worth an event.
    mutating func markUsed(_ session: UInt32) {
        if sessions[session]?.wasUsed == false {
            sessions[session]?.wasUsed = true
            events.append(.sessionUsed(sessionToken: session))
        }
    }

    mutating func answer(_ datagram: TwinDatagram, _ state: UInt8) {
        let reply = SentDatagram(
            bytes: [1, state],
            target: datagram.source,
            local: datagram.arrival.local,
            port: datagram.arrival.role
        )
        outcome.sent.append(reply)
        count(state == 3 ? .invalidReplies : .answeredPings)
    }
}
