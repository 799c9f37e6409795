import RelayWire

// What people may know of a session. Nothing here is on a datagram's way.
extension RelayEngine {
    /// What there is to know of a session; nil where it is not served.
    public mutating func report(ofSession token: UInt32, now: UInt64) -> SessionReport? {
        let session = findSession(token)
        guard session >= 0 else { return nil }
        let stamp = Stamp(now: now)
        let line = sessions[session]
        let book = sessionBooks[session]
        var report = SessionReport(
            silence: stamp.age(since: line.lastValid),
            wasUsed: line.wasUsed,
            wrongUsers: book.wrongCount,
            wrongUsersAge: book.wrongCount > 0 ? stamp.age(since: book.wrongSince) : nil,
            heldDatagrams: Int(book.heldCount)
        )
        let meter = sessionMeters[session]
        let record = sessionRecords[session]
        report.rate = meter.rate(stamp)
        report.peak = record.peak
        report.peak.raise(to: meter.window.sent.rate)
        if record.unknownUsers > 0 { report.drops[.unknownUser] = record.unknownUsers }
        if record.revokedUsers > 0 { report.drops[.revoked] = record.revokedUsers }
        // In a lobby's session somebody has the role before anybody came.
        if line.host != 0, book.isHostHeard {
            let host = users[Int(line.host) - 1]
            report.hostUserToken = Credentials(rawValue: host.credentials).userToken
            report.hostEndpoint = line.endpoint.isBound ? line.endpoint.peer : nil
            report.hostSilence = stamp.age(since: line.endpoint.lastHeard)
            report.hostMoves = moves(sessionRoaming[session], stamp)
            report.hostConflicts = sessionRoaming[session].conflicts(stamp)
            report.hostRate = hostRate(session: session, stamp)
            report.hostLink = record.link.quality(stamp)
        }
        var next = book.firstUser
        while next != 0 {
            let user = Int(next) - 1
            var known = userReport(user, stamp, isHost: line.host == next)
            if let swapped = ledger.swapped.find(Credentials(rawValue: users[user].credentials), now: now) {
                known.swapped = swapped.count
                known.swappedAge = swapped.age
            }
            report.users.append(known)
            next = userRoaming[user].next
        }
        return report
    }

    private mutating func userReport(_ user: Int, _ now: Stamp, isHost: Bool) -> UserReport {
        let line = users[user]
        let roaming = userRoaming[user]
        var silence: UInt32? = now.age(since: line.endpoint.lastHeard)
        let isBound = line.endpoint.isBound && (silence ?? 0) < settings.userTimeout
        if !isBound {
            if line.endpoint.lastHeard == .zero {
                silence = nil
            } else if let age = silence, age < settings.userTimeout {
                // Nobody keeps the stamp of an unbound user young, and this one went round.
                silence = Stamp.longestAge
            }
        }
        let meter = meters[user]
        let record = userRecords[user]
        var report = UserReport(
            userToken: Credentials(rawValue: line.credentials).userToken,
            connectionID: line.connectionID,
            endpoint: isBound ? line.endpoint.peer : nil,
            silence: silence,
            isPinned: line.isPinned,
            moves: moves(roaming, now),
            hasCandidate: roaming.candidate != 0 && now.age(since: roaming.candidateSince) < Rule.candidateLifetime,
            drops: record.dropCounts
        )
        report.conflicts = roaming.conflicts(now)
        report.usage = meter.usage(now)
        report.usage += record.hosted
        if isHost { report.usage += hostUsage(session: line.session) }
        report.rate = meter.rate(now)
        report.link = record.link.quality(now)
        if let last = record.lastDrop(now) {
            report.lastDrop = last.reason
            report.lastDropAge = last.age
        }
        return report
    }

    mutating func moves(_ roaming: Roaming, _ now: Stamp) -> Int {
        now.age(since: roaming.movesSince) < Rule.conflictWindow ? Int(roaming.moveCount) : 0
    }
}
