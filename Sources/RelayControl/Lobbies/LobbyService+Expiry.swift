internal import Logging
internal import RelayCore

extension LobbyService {
    /// Ends what nobody plays in any more, and tries again what the disk refused. Call it about once a second.
    package func sweep() async {
        guard isRestored else { return }
        for id in owedRemovals { await remove(id) }
        for entry in entries.values {
            guard entry.nextCheck <= uptime(), let reason = await reasonToEnd(entry) else { continue }
            let id = entry.lobby.id
            _ = try? await exclusively(id) { () async throws(RelayError) in
                // Somebody may have come while this waited.
                guard let entry = await self.entries[id], await self.reasonToEnd(entry) != nil else { return }
                await self.end(id, because: reason)
            }
        }
        await refreshSeats()
        sendQuietEvents()
    }

    private func reasonToEnd(_ entry: Entry) async -> String? {
        guard let sessionID = entry.lobby.sessionID else { return isForgotten(entry) ? "nobody asked for it" : nil }
        let served = uptime() - entry.servedSince
        // Before that no silence can be long enough.
        guard served >= settings.hostTimeout else { return nil }
        let session: Session
        do {
            session = try await directory.session(id: sessionID)
        } catch {
            return error.code == .notFound ? "its relay session ended" : nil
        }
        entries[entry.lobby.id]?.sessionToken = session.token
        guard let heard = await activity(session.token) else { return nil }
        let left: Double
        if let silence = heard.hostSilence.map({ Double($0) / 1000 }), await hasCome(entry, silence, served) {
            left = settings.hostTimeout - silence
            guard left > 0 else { return "its host fell silent" }
        } else {
            left = 2 * settings.hostTimeout - served
            guard left > 0 else { return "its host never came to the relay" }
        }
        // Asking wakes a worker of the data plane.
        entries[entry.lobby.id]?.nextCheck = uptime() + left
        return nil
    }

    /// Neither a call on it, nor a list for its host, nor a listener.
    private func isForgotten(_ entry: Entry) -> Bool {
        let listed = shelves[entry.lobby.deployment]?.lastListing(by: entry.lobby.host?.source)
        return uptime() - max(entry.lastNamed, listed ?? -.infinity) >= settings.idleTimeout
            && !hasListeners(entry.lobby.id)
    }

    /// Whether a host was ever there. The lobby's host has the role from the start, so that its silence counts before it
    /// was heard.
    private func hasCome(_ entry: Entry, _ silence: Double, _ served: Double) async -> Bool {
        // Heard after the start, whoever it was.
        if silence < served - 1 { return true }
        guard let host = entry.lobby.host else { return true }
        await check([host.number], of: entry.lobby.id, silence: 0)
        return entries[entry.lobby.id]?.seats.silence(of: host.number, at: uptime()) != nil
    }

    /// A relay session ended, for whatever reason: the game in it has ended too.
    package func sessionEnded(_ sessionID: String) async {
        guard let id = idsBySession[sessionID] else { return }
        _ = try? await exclusively(id) { () async throws(RelayError) in
            await self.end(id, because: "its relay session ended")
        }
    }

    /// Relay session, then record. What the disk refuses is owed: after a restart the lobby is found without its
    /// session.
    func end(_ id: String, because reason: String) async {
        guard let lobby = take(id) else { return }
        logger.info("lobby ended: \(reason)", metadata: ["lobby": "\(id)"])
        owedRemovals.insert(id)
        if let session = lobby.sessionID {
            do {
                try await directory.delete(id: session)
            } catch {
                if error.code != .notFound { logger.warning("the relay session of a lobby that ended: \(error)") }
            }
        }
        await remove(id)
        tell(id, .ended(reason: reason))
        listeners = listeners.filter { $0.value.lobby != id }
    }

    private func remove(_ id: String) async {
        do {
            try await store.commit(.removeLobby(id: id))
            owedRemovals.remove(id)
        } catch {
            logger.warning("a lobby's end is not durable yet, it will be tried again: \(error.message)")
        }
    }
}
