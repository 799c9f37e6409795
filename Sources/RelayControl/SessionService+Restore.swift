internal import Logging
internal import RelayCore

extension SessionService {
    /// How many sessions are handed to the plane, or written, at a time.
    private static let restoreWidth = 64

    /// Serves again what was served before the daemon stopped. Until it returns, calls are answered with 503.
    ///
    /// A session keeps its tokens and its users' numbers whatever changed. Where the configuration (or another process)
    /// took its ports, it moves to others: its clients cannot know that, but the API tells them. Where none are left,
    /// it is parked: not served, and kept for a start with enough of them.
    /// - Throws: what the store throws; nothing is served then.
    package func restore() async throws(SessionStoreError) {
        guard phase == .starting else { return }
        phase = .restoring
        let state: StoredState
        do throws(SessionStoreError) {
            state = try await store.load()
        } catch {
            phase = .starting
            throw error
        }
        generation = state.generation
        for damage in state.damaged { logger.error("damaged record, not served: \(damage)") }
        takeOver(state)
        var moved = place(state.sessions)
        moved.formUnion(await serve(state.sessions.map(\.id)))
        await recordPorts(of: moved)
        let unknown = await plane.confirmRestored()
        if unknown > 0 {
            logger.warning(
                """
                \(unknown) sessions that were being relayed are not in the database and have ended: they were deleted, or the \
                database lost what it had acknowledged
                """
            )
        }
        if parkedCount > 0 {
            logger.error(
                """
                \(parkedCount) stored sessions cannot be served with this configuration and are kept for a later \
                start; is 'relay.ports.dedicated' wide enough?
                """
            )
        }
        if !moved.isEmpty {
            logger.warning(
                "\(moved.count) restored sessions are on other ports than before; their clients have to ask the API"
            )
        }
        logger.info("restored \(index.count) sessions with \(liveUsers) users, start \(generation) of this database")
        phase = .ready
        handleEarlyEvents()
        state.pendingWebhooks.forEach(submitWebhook)
    }

    private func takeOver(_ state: StoredState) {
        tokens.reserve(state.reservedTokens)
        tokens.reserveCapacity(state.sessions.count)
        entries.reserveCapacity(state.sessions.count)
        idsByToken.reserveCapacity(state.sessions.count)
        nextSequence = (state.sessions.map(\.sequence).max() ?? 0) + 1
        nextWebhookID = (state.pendingWebhooks.map(\.id).max() ?? 0) + 1
        for var session in state.sessions {
            guard tokens.claim(session.token) else {
                logger.error(
                    "two stored sessions have one token; the later is not served",
                    metadata: ["session": "\(session.id)"]
                )
                continue
            }
            if !session.users.contains(where: { $0.number == session.hostNumber }) { session.hostNumber = nil }
            entries[session.id] = Entry(session: session, phase: .live)
            idsByToken[session.token] = session.id
        }
    }

    /// Gives every session a pair: first those that can keep theirs, then the others.
    /// - Returns: the sessions whose ports differ from the stored ones.
    private func place(_ sessions: [Session]) -> Set<String> {
        var homeless: [String] = []
        var moved: Set<String> = []
        for session in sessions where entries[session.id] != nil {
            switch session.portPair {
            case .shared where ports == nil: break
            case .dedicated(let pair) where ports?.claim(pair) == true: break
            default:
                homeless.append(session.id)
                continue
            }
            if settle(session.id, on: session.portPair) { moved.insert(session.id) }
        }
        for id in homeless {
            guard let pair = try? takePair() else {
                park(id)
                continue
            }
            if settle(id, on: pair) { moved.insert(id) }
        }
        return moved
    }

    /// - Returns: whether the ports differ from the stored ones.
    private func settle(_ id: String, on pair: PortPairID) -> Bool {
        guard let session = entries[id]?.session else { return false }
        let ports = plane.ports(of: pair)
        guard session.portPair != pair || session.ports != ports else { return false }
        entries[id]?.session.portPair = pair
        entries[id]?.session.ports = ports
        return true
    }

    private func park(_ id: String) {
        entries[id]?.phase = .parked
        parkedCount += 1
    }

    /// Adds the sessions to the plane, many at a time, and lists those that it took.
    /// - Returns: the sessions that had to move to another pair.
    private func serve(_ ids: [String]) async -> Set<String> {
        let sessions = ids.compactMap { entries[$0] }.filter { $0.phase == .live }.map(\.session)
        let refused = await addInParallel(sessions)
        for session in sessions where refused[session.id] == nil { list(session.id) }
        var moved: Set<String> = []
        for session in sessions {
            guard let error = refused[session.id] else { continue }
            if await addElsewhere(session.id, after: error) {
                moved.insert(session.id)
                list(session.id)
            } else {
                park(session.id)
            }
        }
        return moved
    }

    private func list(_ id: String) {
        guard let session = entries[id]?.session else { return }
        index.insert(id, sequence: session.sequence)
        count(session, sign: 1)
    }

    private nonisolated func addInParallel(_ sessions: [Session]) async -> [String: DataPlaneError] {
        let pins = await settings.pinsAddresses
        return await withTaskGroup(of: [String: DataPlaneError].self) { group in
            for worker in 0..<min(Self.restoreWidth, sessions.count) {
                group.addTask {
                    var refused: [String: DataPlaneError] = [:]
                    for position in stride(from: worker, to: sessions.count, by: Self.restoreWidth) {
                        let session = sessions[position]
                        do throws(DataPlaneError) {
                            try await self.plane.add(SessionPlan(session, pinsAddresses: pins))
                        } catch {
                            refused[session.id] = error
                        }
                    }
                    return refused
                }
            }
            var all: [String: DataPlaneError] = [:]
            for await part in group { all.merge(part) { first, _ in first } }
            return all
        }
    }

    /// Tries other pairs for a session whose ports another process took.
    private func addElsewhere(_ id: String, after error: DataPlaneError) async -> Bool {
        var reason = error
        for _ in 0..<Self.maxPortAttempts {
            guard case .portUnavailable = reason, let session = entries[id]?.session, session.portPair != .shared,
                let pair = try? takePair()
            else { break }
            releasePair(session.portPair)
            _ = settle(id, on: pair)
            guard let moved = entries[id]?.session else { break }
            do throws(DataPlaneError) {
                try await plane.add(SessionPlan(moved, pinsAddresses: settings.pinsAddresses))
                return true
            } catch {
                reason = error
            }
        }
        noteExhaustion(reason)
        // Of many sessions one line, and the number of parked ones.
        let level: Logger.Level = if case .exhausted = reason { .debug } else { .error }
        logger.log(
            level: level,
            "a stored session cannot be served: \(Self.refusal(reason).message)",
            metadata: ["session": "\(id)"]
        )
        if let pair = entries[id]?.session.portPair { releasePair(pair) }
        return false
    }

    /// Writes the ports of moved sessions, so that the next start does not report them again. A failure costs only
    /// that.
    private func recordPorts(of moved: Set<String>) async {
        let changes = moved.compactMap { entries[$0]?.session }.map { session in
            StoreChange.movePorts(session.portPair, session.ports, sessionID: session.id)
        }
        let failures = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<min(Self.restoreWidth, changes.count) {
                group.addTask {
                    var failures = 0
                    for position in stride(from: worker, to: changes.count, by: Self.restoreWidth) {
                        do { try await self.store.commit(changes[position]) } catch { failures += 1 }
                    }
                    return failures
                }
            }
            var all = 0
            for await part in group { all += part }
            return all
        }
        if failures > 0 { logger.warning("the new ports of \(failures) restored sessions could not be written") }
    }
}
