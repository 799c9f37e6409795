extension LobbyService {
    /// How often connections hear something at least, seconds.
    private static let quietInterval: Double = 15

    /// Somebody who listens to the events of a lobby.
    struct Listener: Sendable {
        var lobby: String
        var source: String
        var continuation: AsyncStream<LobbyEvent>.Continuation
    }

    /// How the lobby stands, and then what happens in it, until it ends.
    /// - Throws: `.notFound`, `.tooMany`.
    package func events(
        of id: String,
        in deployment: String,
        by caller: LobbyCaller
    ) throws(RelayError) -> AsyncStream<LobbyEvent> {
        try requireDeployed(deployment)
        let lobby = try lobby(id, in: deployment)
        touch(id, by: caller)
        guard listeners.count < LobbyLimits.listeners,
            caller.isTrusted
                || listeners.values.count(where: { $0.source == caller.source }) < LobbyLimits.listenersPerSource
        else { throw RelayError(.tooMany, "too many connections listen to events already; close one, or poll instead") }
        // A listener that does not read loses the oldest events rather than the relay its memory.
        let (events, continuation) = AsyncStream.makeStream(
            of: LobbyEvent.self,
            bufferingPolicy: .bufferingNewest(64)
        )
        let number = nextListener
        nextListener += 1
        listeners[number] = Listener(lobby: id, source: caller.source, continuation: continuation)
        continuation.onTermination = { [weak self] _ in
            Task { [weak self] in await self?.removeListener(number) }
        }
        continuation.yield(.state(lobby))
        return events
    }

    private func removeListener(_ number: UInt64) { listeners[number] = nil }

    /// Whether anybody listens to a lobby.
    func hasListeners(_ id: String) -> Bool { listeners.values.contains { $0.lobby == id } }

    func tell(_ id: String, _ event: LobbyEvent) {
        for listener in listeners.values where listener.lobby == id {
            listener.continuation.yield(event)
            if case .ended = event { listener.continuation.finish() }
        }
    }

    func sendQuietEvents() {
        guard uptime() - lastQuietEvent >= Self.quietInterval else { return }
        lastQuietEvent = uptime()
        for listener in listeners.values { listener.continuation.yield(.quiet) }
    }
}
