extension LobbyService {
    /// For how long a host counts as there after it was heard on the relay, or after it asked, seconds.
    private static let heardHost: Double = 30
    private static let askingHost: Double = 60
    /// Younger lobbies count as if their host were there, seconds.
    private static let young: Double = 120

    /// The lobbies of a service in the order in which players see them. With many lobbies that change all the time it may be
    /// a quarter of a second old.
    /// - Throws: `.notFound` where players are not served.
    package func list(in deployment: String, by caller: LobbyCaller) throws(RelayError) -> LobbyListing {
        try requireDeployed(deployment)
        let time = uptime()
        shelves[deployment]?.noteListing(by: caller.source, at: time)
        guard let shelf = shelves[deployment] else { return LobbyListing([]) }
        if let listing = shelf.current(at: time) { return listing }
        let candidates = shelf.ids.compactMap { entries[$0] }.map { entry in
            LobbyListing.Candidate(snapshot: entry.snapshot, isAlive: hasHost(entry, shelf, at: time))
        }
        let listing = LobbyListing(candidates)
        shelves[deployment]?.keep(listing, at: time)
        return listing
    }

    private func hasHost(_ entry: Entry, _ shelf: LobbyShelf, at time: Double) -> Bool {
        guard let host = entry.lobby.host else { return false }
        if now() - entry.lobby.createdAt < Self.young { return true }
        let asked = max(entry.hostNamedAt, shelf.lastListing(by: host.source) ?? -.infinity)
        if time - asked < Self.askingHost { return true }
        return entry.seats.silence(of: host.number, at: time).map { $0 < Self.heardHost } ?? false
    }
}
