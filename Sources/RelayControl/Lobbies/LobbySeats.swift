/// When the players of a lobby were last heard. Times are of `LobbyService.uptime`.
struct LobbySeats: Sendable {
    private struct Seat {
        var source: String
        /// When the player joined, or the daemon started.
        var since: Double
        /// When the relay last heard its user, as far as is known.
        var heardAt: Double?
        /// When the data plane was last asked.
        var checkedAt: Double?
        /// When a request from its source last named the lobby.
        var namedAt: Double?
    }

    /// By the players' numbers.
    private var seats: [Int: Seat] = [:]
    private var numbersBySource: [String: Set<Int>] = [:]

    init(_ players: [LobbyPlayer], at time: Double) {
        for player in players { add(player, at: time) }
    }

    mutating func add(_ player: LobbyPlayer, at time: Double) {
        seats[player.number] = Seat(source: player.source, since: time)
        numbersBySource[player.source, default: []].insert(player.number)
    }

    mutating func remove(_ number: Int) {
        guard let seat = seats.removeValue(forKey: number) else { return }
        numbersBySource[seat.source]?.remove(number)
        if numbersBySource[seat.source]?.isEmpty == true { numbersBySource[seat.source] = nil }
    }

    /// The numbers of the players at a source.
    func numbers(at source: String) -> Set<Int> { numbersBySource[source] ?? [] }

    /// A request from the source named the lobby.
    mutating func named(by source: String, at time: Double) {
        for number in numbers(at: source) { seats[number]?.namedAt = time }
    }

    /// The player joined again under its own id.
    mutating func returned(_ number: Int, at time: Double) { seats[number]?.since = time }

    /// What the data plane said: the silence of a player's user in seconds, `nil` where it was never heard.
    mutating func checked(_ number: Int, silence: Double?, at time: Double) {
        guard let seat = seats[number] else { return }
        seats[number]?.checkedAt = time
        if let silence { seats[number]?.heardAt = max(seat.heardAt ?? -.infinity, time - silence) }
    }

    /// Whether the data plane has to be asked to know that a player was silent for so many seconds.
    func needsCheck(_ number: Int, silence: Double, maxAge: Double, at time: Double) -> Bool {
        guard let seat = seats[number] else { return false }
        if let heardAt = seat.heardAt, time - heardAt < silence { return false }
        return seat.checkedAt.map { time - $0 >= maxAge } ?? true
    }

    /// For how long the relay has not heard a player; `nil` where it never did.
    func silence(of number: Int, at time: Double) -> Double? { seats[number]?.heardAt.map { time - $0 } }

    /// For how long nobody knows of a player at its seat: since it joined, the game started and it was heard there. Before
    /// the start there is nothing to be heard at, so asking for the lobby is the sign of life.
    func absence(of number: Int, startedAt: Double?, at time: Double) -> Double {
        guard let seat = seats[number] else { return 0 }
        guard let startedAt else { return time - max(seat.since, seat.namedAt ?? -.infinity) }
        return time - max(seat.since, startedAt, seat.heardAt ?? -.infinity)
    }
}
