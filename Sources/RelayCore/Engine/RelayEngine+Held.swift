import RelayWire

// Datagrams that wait: of early joiners until the host binds, of a candidate until it is accepted.
extension RelayEngine {
    /// Keeps an early joiner's newest datagram.
    mutating func holdForHost(
        _ datagram: DatagramBytes,
        user: Int,
        session: Int,
        receivedAt: Stamp,
        _ now: Stamp
    ) -> Verdict {
        guard !lacksRoom(user: user, session: session, now) else { return drop(.heldOverflow, user: user, now) }
        let roaming = userRoaming + user
        if roaming.pointee.held != 0 {
            let slot = Int(roaming.pointee.held) - 1
            if held.slots[slot].kind == .earlyJoiner {
                // Its ping instead of its hello would have the host refuse the connection.
                if isHello(held.bytes(of: slot), Int(held.slots[slot].length)),
                    !isHello(datagram.base, datagram.length)
                {
                    return drop(.heldReplaced, user: user, now)
                }
                countDrop(.heldReplaced, user: user, now)
                held.store(datagram.base, length: datagram.length, at: receivedAt, in: slot)
                return .nothing
            }
            settleCandidate(roaming, releases: false)
        }
        let slot = held.take()
        guard slot >= 0 else { return drop(.heldOverflow, user: user, now) }
        fill(slot, .earlyJoiner, user: user, session: session)
        held.store(datagram.base, length: datagram.length, at: receivedAt, in: slot)
        roaming.pointee.held = UInt32(slot + 1)
        held.slots[slot].next = sessionBooks[session].firstHeld
        sessionBooks[session].firstHeld = UInt32(slot + 1)
        sessionBooks[session].heldCount += 1
        return .nothing
    }

    private mutating func isHello(_ datagram: UnsafeRawPointer, _ length: Int) -> Bool {
        KCPHello.matches(datagram + Wire.clientHeaderLength, length: length - Wire.clientHeaderLength)
    }

    /// Whether a user's DATA can neither leave, since no host endpoint is known, nor wait. Lets go of what waited too long.
    @inline(__always)
    mutating func lacksRoom(user: Int, session: Int, _ now: Stamp) -> Bool {
        if endpoint(ofHostIn: session).pointee.isBound { return false }
        return !makeRoom(user: user, session: session, now)
    }

    private mutating func makeRoom(user: Int, session: Int, _ now: Stamp) -> Bool {
        dropExpired(userRoaming + user, now)
        if fits(user: user, session: session) { return true }
        sweepHeld(now)
        return fits(user: user, session: session)
    }

    /// Whether the user's datagram takes a place that the user has already, or a free one.
    private mutating func fits(user: Int, session: Int) -> Bool {
        let link = userRoaming[user].held
        if link != 0, held.slots[Int(link) - 1].kind == .earlyJoiner { return true }
        return sessionBooks[session].heldCount < Rule.heldPerSession && (link != 0 || held.hasFree)
    }

    /// Keeps the newest datagram of an endpoint that may take over.
    mutating func holdCandidate(
        _ datagram: DatagramBytes,
        _ kind: HeldPool.Kind,
        user: Int,
        session: Int,
        _ roaming: UnsafeMutablePointer<Roaming>,
        _ now: Stamp
    ) -> Verdict {
        if candidateSlot(roaming) != nil {
            countDrop(.roamingUnconfirmed, user: user, now)
        } else {
            guard roaming.pointee.held == 0 else { return drop(.roamingUnconfirmed, user: user, now) }
            if !held.hasFree { sweepHeld(now) }
            let slot = held.take()
            guard slot >= 0 else { return drop(.heldOverflow, user: user, now) }
            fill(slot, kind, user: user, session: session)
            roaming.pointee.held = UInt32(slot + 1)
        }
        held.store(datagram.base, length: datagram.length, at: now, in: Int(roaming.pointee.held) - 1)
        return .nothing
    }

    private mutating func fill(_ slot: Int, _ kind: HeldPool.Kind, user: Int, session: Int) {
        held.slots[slot].kind = kind
        held.slots[slot].user = UInt32(user)
        held.slots[slot].session = UInt32(session)
        held.slots[slot].next = 0
        counters.set(.heldNow, to: UInt64(held.count))
    }

    /// The slot of the candidate's held datagram, where there is one.
    mutating func candidateSlot(_ roaming: UnsafeMutablePointer<Roaming>) -> Int? {
        guard roaming.pointee.held != 0 else { return nil }
        let slot = Int(roaming.pointee.held) - 1
        return held.slots[slot].kind == .earlyJoiner ? nil : slot
    }

    /// The candidate's held datagram leaves now, or is superseded.
    mutating func settleCandidate(_ roaming: UnsafeMutablePointer<Roaming>, releases: Bool) {
        guard let slot = candidateSlot(roaming) else { return }
        if releases {
            releasingHeld = UInt32(slot + 1)
        } else {
            countDrop(.roamingUnconfirmed, user: Int(held.slots[slot].user), held.slots[slot].storedAt)
            giveBackHeld(slot)
        }
        roaming.pointee.held = 0
    }

    mutating func releaseEarlyJoiners(session: Int) {
        if sessionBooks[session].firstHeld != 0 { releasingSession = UInt32(session + 1) }
    }

    /// The next held datagram to send after a verdict with `releasesHeld`; nil when all have left. Send each before the next
    /// call of `process`.
    public mutating func nextRelease(now: UInt64) -> Release? {
        let stamp = Stamp(now: now)
        while let slot = nextReleasedSlot() {
            let info = held.slots[slot]
            let datagram = DatagramBytes(base: held.bytes(of: slot), length: Int(info.length))
            giveBackHeld(slot)
            if stamp.age(since: info.storedAt) > Rule.heldLifetime {
                let reason = info.kind == .earlyJoiner ? DropReason.noHost : .roamingUnconfirmed
                countDrop(reason, user: Int(info.user), stamp)
                continue
            }
            let isFromHost = info.kind == .hostCandidate
            let verdict =
                isFromHost
                ? routeToClient(datagram, sender: Int(info.user), session: Int(info.session), stamp)
                : routeToHost(
                    datagram,
                    user: Int(info.user),
                    session: Int(info.session),
                    receivedAt: info.storedAt,
                    stamp
                )
            guard let target = verdict.target else { continue }
            counters.add(1, to: .heldDelivered)
            return Release(
                bytes: datagram.base + Int(verdict.offset),
                length: Int(verdict.length),
                target: target,
                port: isFromHost ? .client : .server
            )
        }
        return nil
    }

    private mutating func routeToClient(_ datagram: DatagramBytes, sender: Int, session: Int, _ now: Stamp) -> Verdict {
        switch findReceiver(datagram, sender: sender, session: session, now) {
        case .client(let client): forward(datagram, toClient: client)
        case .nobody(let reason): drop(reason, user: sender, now)
        }
    }

    private mutating func nextReleasedSlot() -> Int? {
        if releasingHeld != 0 {
            defer { releasingHeld = 0 }
            return Int(releasingHeld) - 1
        }
        guard releasingSession != 0 else { return nil }
        let session = Int(releasingSession) - 1
        guard sessionBooks[session].firstHeld != 0 else {
            releasingSession = 0
            return nil
        }
        let slot = Int(sessionBooks[session].firstHeld) - 1
        unlinkEarlyJoiner(slot)
        return slot
    }

    /// Takes an early joiner's datagram out of its session's and its user's books.
    mutating func unlinkEarlyJoiner(_ slot: Int) {
        let session = Int(held.slots[slot].session)
        userRoaming[Int(held.slots[slot].user)].held = 0
        sessionBooks[session].heldCount -= 1
        var link = sessionBooks[session].firstHeld
        if link == UInt32(slot + 1) {
            sessionBooks[session].firstHeld = held.slots[slot].next
            return
        }
        while link != 0 {
            let current = Int(link) - 1
            link = held.slots[current].next
            if link == UInt32(slot + 1) {
                held.slots[current].next = held.slots[slot].next
                return
            }
        }
    }

    mutating func giveBackHeld(_ slot: Int) {
        held.give(back: slot)
        counters.set(.heldNow, to: UInt64(held.count))
    }

    /// Drops what a user or a host still has waiting.
    mutating func dropHeld(_ roaming: UnsafeMutablePointer<Roaming>) {
        guard roaming.pointee.held != 0 else { return }
        let slot = Int(roaming.pointee.held) - 1
        if held.slots[slot].kind == .earlyJoiner {
            unlinkEarlyJoiner(slot)
            countDrop(.noHost, user: Int(held.slots[slot].user), held.slots[slot].storedAt)
            giveBackHeld(slot)
        } else {
            settleCandidate(roaming, releases: false)
        }
    }

    /// Drops what has waited too long, so that no rule sees it.
    mutating func dropExpired(_ roaming: UnsafeMutablePointer<Roaming>, _ now: Stamp) {
        guard roaming.pointee.held != 0 else { return }
        let slot = Int(roaming.pointee.held) - 1
        if now.age(since: held.slots[slot].storedAt) > Rule.heldLifetime { dropHeld(roaming) }
    }

    /// Drops everything that has waited too long.
    mutating func sweepHeld(_ now: Stamp) {
        guard held.count > 0 else { return }
        for slot in held.scanRange {
            switch held.slots[slot].kind {
            case .free: continue
            case .earlyJoiner, .clientCandidate: dropExpired(userRoaming + Int(held.slots[slot].user), now)
            case .hostCandidate: dropExpired(sessionRoaming + Int(held.slots[slot].session), now)
            }
        }
    }
}
