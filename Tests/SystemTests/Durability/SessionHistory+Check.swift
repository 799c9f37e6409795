import Testing

extension SessionHistory {
    /// Compares what is there after a restart with what was acknowledged, takes the outcome of the lost call over, and
    /// returns the ids that it accounts for. A create without an answer leaves an id that nobody here knows.
    mutating func reconcile(with found: [String: Known], context: String) -> Set<String> {
        for (id, known) in sessions {
            let now = found[id]
            if now == known { continue }
            switch (unknown, now) {
            case (.delete(id), nil):
                sessions[id] = nil
                deleted.insert(id)
            case (.authorize(id, let ip), let now?) where isExtended(known, now, ip: ip):
                sessions[id] = now
            case (.revoke(id, let token), let now?) where isReduced(known, now, by: token):
                sessions[id] = now
                revoked[id, default: []].insert(token)
            default:
                Issue.record("\(context): \(id) was acknowledged as \(known), found \(String(describing: now))")
            }
        }
        for id in deleted where found[id] != nil {
            Issue.record("\(context): the deleted session \(id) came back")
        }
        for (id, tokens) in revoked {
            let back = (found[id]?.users ?? []).filter { tokens.contains($0.token) }
            if !back.isEmpty { Issue.record("\(context): revoked tokens came back in \(id)") }
        }
        return Set(sessions.keys)
    }

    private func isExtended(_ known: Known, _ now: Known, ip: String) -> Bool {
        now.token == known.token && now.users.count == known.users.count + 1
            && now.users.dropLast() == known.users[...] && now.users.last?.ip == ip
    }

    private func isReduced(_ known: Known, _ now: Known, by token: UInt32) -> Bool {
        now.token == known.token && now.users == known.users.filter { $0.token != token }
    }

    /// Whether a session that nobody was told of can be the outcome of this caller's lost create.
    func explains(_ stray: Known) -> Bool {
        if case .create(let userCount) = unknown { stray.users.count == userCount } else { false }
    }
}
