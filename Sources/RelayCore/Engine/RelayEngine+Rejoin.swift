import RelayWire

// An id belongs to one game connection: a player that comes back with a fresh one gets another id, since the host drops what a
// fresh connection says under the old one.
extension RelayEngine {
    /// Notes that a game connection which the host has answered goes on under the user's present id.
    @inline(__always)
    mutating func noteCookie(_ datagram: DatagramBytes, user: Int) {
        guard !users[user].isUsedUp else { return }
        let length = datagram.length &- Wire.clientHeaderLength
        if KCPPacket.carriesCookie(datagram.base + Wire.clientHeaderLength, length: length) {
            users[user].isUsedUp = true
        }
    }

    /// What a datagram from elsewhere says of its game connection. A PING says what the datagram does that it lets go.
    mutating func describe(_ stranger: inout Stranger, _ datagram: DatagramBytes, isData: Bool, _ arrival: Arrival) {
        guard settings.givesRejoinIDs else { return }
        if isData {
            stranger.isFresh = isFresh(datagram)
            stranger.isExactHello = isExactHello(datagram)
        } else if let slot = candidateSlot(userRoaming + stranger.user),
            userRoaming[stranger.user].candidate == endpointKey(arrival.source)
        {
            let waiting = DatagramBytes(base: held.bytes(of: slot), length: Int(held.slots[slot].length))
            stranger.isFresh = isFresh(waiting)
        }
        stranger.needsID =
            stranger.isFresh && users[stranger.user].isUsedUp && hasRejoinID(session: stranger.session)
    }

    /// A hello from the very endpoint that is bound, which was silent before: a player whose port stayed the same over its
    /// restart. It retires nothing. Late and repeated hellos of a living connection come between other datagrams.
    @inline(never)
    mutating func noteHello(_ datagram: DatagramBytes, user: Int, session: Int, _ now: Stamp) {
        guard users[user].isUsedUp, settings.givesRejoinIDs, isExactHello(datagram), hasRejoinID(session: session),
            userRoaming[user].allowsRejoin(now)
        else { return }
        giveRejoinID(user: user, session: session, now)
    }

    /// Gives the user a fresh connection id, since the host still has a connection under the old one.
    mutating func giveRejoinID(user: Int, session: Int, _ now: Stamp) {
        let id = sessionBooks[session].nextRejoinID
        sessionBooks[session].nextRejoinID = id + 1
        users[user].isUsedUp = false
        userRoaming[user].spendRejoin(now)
        users[user].isRoaming = true
        give(id, to: user)
        userRecords[user].link.noteRejoin()
        counters.add(1, to: .rejoins)
    }

    private mutating func hasRejoinID(session: Int) -> Bool {
        sessionBooks[session].nextRejoinID < sessionBooks[session].endRejoinID
    }

    private mutating func isFresh(_ datagram: DatagramBytes) -> Bool {
        KCPPacket.isFresh(datagram.base + Wire.clientHeaderLength, length: datagram.length - Wire.clientHeaderLength)
    }

    private mutating func isExactHello(_ datagram: DatagramBytes) -> Bool {
        KCPHello.matchesExactly(
            datagram.base + Wire.clientHeaderLength,
            length: datagram.length - Wire.clientHeaderLength
        )
    }
}
