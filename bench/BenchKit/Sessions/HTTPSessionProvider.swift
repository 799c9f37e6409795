/// Makes sessions through the relay's HTTP API, many at a time over connections that stay open.
package struct HTTPSessionProvider: SessionProvider {
    private let client: APIClient

    /// `target` is the API's base address, such as `http://127.0.0.1:8080`. Call ``shutdown()`` in the end.
    package init(target: String, key: String) {
        client = APIClient(target: target, key: key, connections: 32)
    }

    /// Closes the connections.
    package func shutdown() async {
        await client.shutdown()
    }

    package func createSessions(count: Int, users: Int) async throws -> [BenchSession] {
        let body = try SessionRequest.body(users: users, address: try await client.publicAddress())
        let created = Created()
        do {
            try await inParallel(count) { index in
                let message = try await client.create(body).decode(SessionMessage.self)
                await created.note(id: message.id)
                await created.add(try await whenReady(message, users: users), at: index)
            }
        } catch {
            let ids = await created.ids
            _ = await client.delete(ids)
            guard let error = error as? BenchError, !ids.isEmpty else { throw error }
            throw BenchError("\(error) (\(ids.count) of \(count) sessions had been made; they were deleted again.)")
        }
        return await created.inOrder
    }

    package func deleteSessions(_ sessions: [BenchSession]) async -> Int {
        await client.delete(sessions.map(\.id))
    }

    /// Asks again until a session that is still being placed has its relay.
    private func whenReady(_ message: SessionMessage, users: Int) async throws -> BenchSession {
        var message = message
        for _ in 0..<120 {
            if let session = try message.session(users: users) { return session }
            if let error = message.error { throw BenchError("Session \(message.id) failed: \(error)") }
            try await Task.sleep(for: .milliseconds(250))
            message = try await client.session(message.id)
        }
        throw BenchError("Session \(message.id) was not ready within 30 s.")
    }

    /// Runs `body` for 0 ..< `count`, as many at once as there are connections, and throws the first error.
    ///
    /// After an error nothing new begins, but what is under way ends by itself: a request cut off half way might have
    /// made a session that nobody deletes.
    private func inParallel(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let failure = await withTaskGroup(of: (any Error)?.self) { group -> (any Error)? in
            var failure: (any Error)?
            for index in 0..<count {
                if index >= client.connections, let error = await group.next() ?? nil { failure = failure ?? error }
                if failure != nil { break }
                group.addTask {
                    do {
                        try await body(index)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            for await error in group { failure = failure ?? error }
            return failure
        }
        if let failure { throw failure }
    }
}

/// The sessions made so far.
private actor Created {
    private(set) var ids: [String] = []
    private var sessions: [(index: Int, session: BenchSession)] = []

    func note(id: String) { ids.append(id) }

    func add(_ session: BenchSession, at index: Int) { sessions.append((index, session)) }

    var inOrder: [BenchSession] { sessions.sorted { $0.index < $1.index }.map(\.session) }
}
