// Lets go of what has aged, a slice at a time, so that no pass is ever felt. Rules do not depend on it: they look at ages
// when a datagram comes. It ends idle sessions, frees what nobody will ask for again, and keeps stamps young.
extension RelayEngine {
    /// Slots that a full pass has to look at.
    public var sweepLength: Int { max(userPool.highWater, sessionPool.highWater) }

    /// Looks at the next `slots` users and as many sessions. A full pass should take about a second.
    public mutating func sweep(now: UInt64, slots: Int) {
        let stamp = Stamp(now: now)
        clock = now
        // Slices may follow each other closely, and what waits has not aged in between.
        if stamp != lastHeldSweep { sweepHeld(stamp) }
        lastHeldSweep = stamp
        listensSince = listensSince.clamped(to: stamp)
        sweepDeparted(stamp, atMost: slots)
        settleIndexes()
        sweepCursor.user = sweepRange(from: sweepCursor.user, slots, of: userPool.highWater) { engine, user in
            engine.sweepUser(user, stamp)
        }
        sweepCursor.session = sweepRange(from: sweepCursor.session, slots, of: sessionPool.highWater) {
            engine,
            session in
            engine.sweepSession(session, stamp)
        }
    }

    private mutating func sweepRange(
        from start: Int,
        _ slots: Int,
        of highWater: Int,
        _ visit: (inout RelayEngine, Int) -> Void
    ) -> Int {
        guard highWater > 0 else { return 0 }
        let first = start < highWater ? start : 0
        let end = min(first + slots, highWater)
        for slot in first..<end { visit(&self, slot) }
        return end
    }

    private mutating func sweepUser(_ user: Int, _ now: Stamp) {
        guard !users[user].isFree, !users[user].isDeparted else { return }
        if users[user].endpoint.lastHeard != .zero, ageRecords(now) { userRecords[user].age(now) }
        if users[user].endpoint.isBound, now.age(since: users[user].endpoint.lastHeard) >= settings.userTimeout {
            unbindClient(user)
        }
        if users[user].isRoaming {
            sweepRoaming(userRoaming + user, now)
            users[user].isRoaming = !userRoaming[user].isQuiet
        }
    }

    /// Stamps of cold lines are kept young every 18 hours: a look at each line in every pass would cost more than it is worth.
    private func ageRecords(_ now: Stamp) -> Bool {
        now.milliseconds & 0x03FF_FFFF < 2_048
    }

    private mutating func sweepSession(_ session: Int, _ now: Stamp) {
        guard !sessions[session].isFree else { return }
        if sessions[session].wasUsed, ageRecords(now) { sessionRecords[session].link.age(now) }
        sweepRoaming(sessionRoaming + session, now)
        sessions[session].endpoint.lastHeard = sessions[session].endpoint.lastHeard.clamped(to: now)
        sessionBooks[session].wrongSince = sessionBooks[session].wrongSince.clamped(to: now)
        let limit = sessions[session].wasUsed ? settings.idleTimeout : settings.unusedTimeout
        guard now.age(since: sessions[session].lastValid) >= limit, !events.isNearlyFull else { return }
        events.append(.sessionIdle(sessionToken: sessions[session].token))
        // Asked again in ten seconds, should the session not have been removed by then.
        let pause = min(limit, 10_000)
        sessions[session].lastValid = Stamp(milliseconds: now.milliseconds &- (limit - pause))
    }

    private mutating func sweepRoaming(_ roaming: UnsafeMutablePointer<Roaming>, _ now: Stamp) {
        // A candidate whose datagram waits is remembered until that one is too old.
        if roaming.pointee.candidate != 0, candidateSlot(roaming) == nil,
            now.age(since: roaming.pointee.candidateSince) >= Rule.candidateLifetime
        {
            roaming.pointee.candidate = 0
        }
        sweepHistory(roaming, now)
        roaming.pointee.age(now)
    }

    private mutating func sweepDeparted(_ now: Stamp, atMost limit: Int) {
        for _ in 0..<limit {
            guard departed.first != 0 else { return }
            let user = Int(departed.first) - 1
            guard now.age(since: users[user].endpoint.lastHeard) >= Rule.departedLifetime else { return }
            forget(departed: user)
        }
    }
}
