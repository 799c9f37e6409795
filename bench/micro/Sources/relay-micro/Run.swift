import RelayCore

/// One case, made ready and carried out.
struct Run {
    let request: Request
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)

    init(_ request: Request) {
        self.request = request
    }

    /// Judges the datagrams.
    /// - Returns: what went otherwise than the case says; nil where nothing did.
    /// - Throws: `EngineError` where the engine does not take a session.
    func perform() throws(EngineError) -> String? {
        let players = Players()
        let samples = samples(players)
        let outcome = request.name.outcome
        var world = try World(sessions: request.sessions, players, buffer: buffer)
        if case .none = outcome.effect {
            var nobody = Nobody()
            _ = nobody.judge(samples, count: request.iterations, in: buffer)
            return nobody.count == request.iterations ? nil : "the loop turned \(nobody.count) times"
        }
        // A guesser's budget, and whatever else the first round of a case changes, is used up before.
        world.hear(Array(samples), in: buffer)
        let before = Reading(outcome.effect, world.counters)
        let bytesOut = world.judge(samples, count: request.iterations, in: buffer)
        let growth = before.growth(to: Reading(outcome.effect, world.counters))
        let wanted = request.iterations
        if growth.received == wanted, growth.effects == wanted, bytesOut == wanted * outcome.length { return nil }
        return """
            \(growth.effects) of \(wanted) datagrams came to \(outcome.effect), the engine got \(growth.received), \
            and \(bytesOut) bytes left instead of \(wanted * outcome.length)
            """
    }

    /// Every client of every session, neighbours from different sessions.
    private func samples(_ players: Players) -> UnsafeBufferPointer<Sample> {
        let samples = UnsafeMutableBufferPointer<Sample>.allocate(capacity: request.sessions * World.clientsPerSession)
        for index in samples.indices {
            let sample = request.name.sample(
                client: 1 + index / request.sessions,
                session: index % request.sessions,
                of: request.sessions,
                players
            )
            samples.initializeElement(at: index, to: sample)
        }
        return UnsafeBufferPointer(samples)
    }
}
