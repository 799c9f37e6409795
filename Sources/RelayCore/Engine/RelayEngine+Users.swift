import RelayWire

// A user's way through the lists: linked to its session, departed, free.
extension RelayEngine {
    mutating func link(_ user: Int, session: Int) {
        let first = sessionBooks[session].firstUser
        userRoaming[user].next = first
        userRoaming[user].previous = 0
        if first != 0 { userRoaming[Int(first) - 1].previous = UInt32(user + 1) }
        sessionBooks[session].firstUser = UInt32(user + 1)
        sessionBooks[session].userCount += 1
        liveUsers += 1
        counters.set(.usersNow, to: UInt64(liveUsers))
    }

    mutating func unlink(_ user: Int, session: Int) {
        let next = userRoaming[user].next
        let previous = userRoaming[user].previous
        if next != 0 { userRoaming[Int(next) - 1].previous = previous }
        if previous != 0 {
            userRoaming[Int(previous) - 1].next = next
        } else {
            sessionBooks[session].firstUser = next
        }
        sessionBooks[session].userCount -= 1
        liveUsers -= 1
        counters.set(.usersNow, to: UInt64(liveUsers))
    }

    /// Ends a user's validity. The slot stays for a while: its tokens are revoked, not unknown, and its last endpoints are
    /// told so.
    mutating func depart(_ user: Int, now: Stamp) {
        let session = users[user].session
        dropHeld(userRoaming + user)
        removeConnection(user)
        unlistEndpoint(ofUser: user)
        unlink(user, session: session)
        dropHistory(userRoaming + user)
        (userRoaming + user).update(repeating: .blank, count: 1)
        if sessions[session].host == UInt32(user + 1) {
            let host = endpoint(ofHostIn: session)
            if host.pointee.isBound { userRoaming[user].hosted = endpointKey(host.pointee.peer) }
            forgetHostMoves(session: session)
            unbindHost(of: session, now)
            settleHostAccount(session: session)
            sessions[session].host = 0
            sessionBooks[session].isHostHeard = false
        }
        leave(user, now)
        users[user].isDeparted = true
        users[user].isRoaming = false
        users[user].endpoint.lastHeard = now
        linkDeparted(user)
    }

    /// Lets a departed user be the last of them to be forgotten.
    mutating func linkDeparted(_ user: Int) {
        userRoaming[user].next = 0
        userRoaming[user].previous = departed.last
        if departed.last != 0 { userRoaming[Int(departed.last) - 1].next = UInt32(user + 1) }
        departed.last = UInt32(user + 1)
        if departed.first == 0 { departed.first = UInt32(user + 1) }
    }

    /// Gives a departed user's slot back.
    mutating func forget(departed user: Int) {
        let next = userRoaming[user].next
        let previous = userRoaming[user].previous
        if next != 0 { userRoaming[Int(next) - 1].previous = previous } else { departed.last = previous }
        if previous != 0 { userRoaming[Int(previous) - 1].next = next } else { departed.first = next }
        free(user)
    }

    /// Takes a user that stands in no list any more out of the credentials index and frees its slot.
    mutating func free(_ user: Int) {
        let users = users
        let hash = hash
        credentialsIndex.remove(hash(users[user].credentials), user) { hash(users[$0].credentials) }
        (users + user).update(repeating: .blank, count: 1)
        userRoaming[user].next = userPool.firstFree
        userPool.firstFree = UInt32(user + 1)
    }
}
