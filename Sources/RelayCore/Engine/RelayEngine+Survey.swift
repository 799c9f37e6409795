// A glance at many sessions, for lists that begin with those that matter. Nothing here is on a datagram's way.
extension RelayEngine {
    /// Looks at sessions from one slot on, until so many sessions and users were looked at: short enough that no game feels it.
    /// - Parameter slot: 0, or where the part before ended.
    public mutating func survey(from slot: Int, rows: Int, now: UInt64) -> SessionSurvey {
        let stamp = Stamp(now: now)
        var survey = SessionSurvey()
        var rows = rows
        var session = max(0, slot)
        while session < sessionPool.highWater, rows > 0 {
            rows -= 1
            if let sighting = sight(session, stamp, &rows) { survey.sightings.append(sighting) }
            session += 1
        }
        survey.next = session < sessionPool.highWater ? session : 0
        return survey
    }

    private mutating func sight(_ session: Int, _ now: Stamp, _ rows: inout Int) -> SessionSighting? {
        guard !sessions[session].isFree else { return nil }
        let book = sessionBooks[session]
        let hasWrongUsers = book.wrongCount > 0 && now.age(since: book.wrongSince) < SessionSighting.wrongUsersRecent
        let isPlayed =
            sessions[session].wasUsed && now.age(since: sessions[session].lastValid) < SessionSighting.lately
        guard isPlayed || hasWrongUsers else { return nil }
        var isTroubled = hasWrongUsers || !isWellHosted(session, now)
        var next = book.firstUser
        while next != 0, !isTroubled {
            let user = Int(next) - 1
            isTroubled = isTroubledUser(user, isHost: sessions[session].host == next, now)
            next = userRoaming[user].next
            rows -= 1
        }
        return SessionSighting(sessionToken: sessions[session].token, isTroubled: isTroubled)
    }

    private mutating func isWellHosted(_ session: Int, _ now: Stamp) -> Bool {
        let line = sessions[session]
        return line.host != 0 && line.endpoint.isBound
            && now.age(since: line.endpoint.lastHeard) < SessionSighting.quiet
            && !sessionRecords[session].link.quality(now).isLossy
            && moves(sessionRoaming[session], now) < SessionSighting.manyMoves
    }

    private mutating func isTroubledUser(_ user: Int, isHost: Bool, _ now: Stamp) -> Bool {
        let record = userRecords[user]
        if let drop = record.lastDrop(now), drop.age < DropReason.recent, !drop.reason.isRoutine { return true }
        if moves(userRoaming[user], now) >= SessionSighting.manyMoves { return true }
        // A host is heard on the server port, and need not play.
        if isHost { return false }
        let endpoint = users[user].endpoint
        return !endpoint.isBound || now.age(since: endpoint.lastHeard) >= SessionSighting.quiet
            || record.link.quality(now).isLossy
    }
}
