/// The API keys that are valid now.
package struct APIKeyRing: Sendable, Equatable {
    package let keys: [APIKey]

    package init(_ keys: [APIKey]) { self.keys = keys }

    /// Who sends this `Authorization` header: `token KEY` (the documented form), `Bearer KEY` or the bare key; the
    /// scheme in any case, and twice (`token token KEY`), since some clients put it before what has it already.
    ///
    /// Every key is compared in full, so that the time taken tells neither which key matched nor how far.
    /// - Throws: `.unauthenticated`.
    package func authenticate(authorizationHeader header: String?) throws(RelayError) -> APIPrincipal {
        guard let presented = header.map(Self.key(in:)), !presented.isEmpty else {
            throw RelayError(.unauthenticated, "no API key: send it as 'Authorization: token <key>'")
        }
        let digest = APIKey.digest(of: presented)
        var match: Int?
        for (index, key) in keys.enumerated() {
            var difference: UInt8 = 0
            for (ours, theirs) in zip(key.digest, digest) { difference |= ours ^ theirs }
            match = difference == 0 ? index : match
        }
        guard let match else {
            throw RelayError(.unauthenticated, "this API key is not known: check it against the keys in 'api.keys'")
        }
        return APIPrincipal(name: keys[match].name, scopes: keys[match].scopes)
    }

    private static func key(in header: String) -> String {
        var key = header.trimmed
        for _ in 0..<2 {
            let parts = key.split(maxSplits: 1, whereSeparator: \.isWhitespace).map { String($0).trimmed }
            guard parts.count == 2, ["token", "bearer"].contains(parts[0].lowercased()) else { break }
            key = parts[1]
        }
        return key
    }
}

/// The holder of a valid key.
package struct APIPrincipal: Sendable, Equatable {
    /// The key's name, for logs.
    package let name: String
    package let scopes: Set<APIScope>

    package init(name: String, scopes: Set<APIScope>) {
        self.name = name
        self.scopes = scopes
    }

    /// The parts of the API that scopes tell apart.
    package enum Area: String, Sendable, CaseIterable {
        case sessions, lobbies
        /// `/v1/ip` and what belongs to it: any key will do.
        case addresses
        /// How the whole relay is, with every player's address: for those who run it.
        case operation
    }

    /// Whether the key may make a call; `isRead` for GET.
    package func may(_ area: Area, isRead: Bool) -> Bool {
        if scopes.contains(.admin) || isRead && !scopes.isDisjoint(with: [.read, .monitor]) { return true }
        switch area {
        case .sessions: return scopes.contains(.sessions)
        case .lobbies: return scopes.contains(.lobbies)
        case .addresses: return true
        case .operation: return false
        }
    }

    /// Whether answers about sessions may hold their tokens, and whole webhook URLs: not for those who only look.
    package var seesSessionSecrets: Bool { !scopes.isDisjoint(with: [.sessions, .read, .admin]) }

    /// - Throws: `.forbidden`, naming the scopes that would do.
    package func require(_ area: Area, isRead: Bool) throws(RelayError) {
        if may(area, isRead: isRead) { return }
        var sufficient = isRead ? "'monitor', 'read' or 'admin'" : "'admin'"
        if area != .operation { sufficient = "'\(area.rawValue)'\(isRead ? ", " : " or ")\(sufficient)" }
        throw RelayError(.forbidden, "the key '\(name)' lacks the scope for this call: it needs \(sufficient)")
    }
}
