internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Makes sessions through the relay's HTTP API, many at a time over connections that stay open.
package struct HTTPSessionProvider: SessionProvider {
    private let target: String
    private let key: String
    private let client: HTTPClient
    private static let connections = 32

    /// `target` is the API's base address, such as `http://127.0.0.1:8080`. Call ``shutdown()`` in the end.
    package init(target: String, key: String) {
        self.target = target.hasSuffix("/") ? String(target.dropLast()) : target
        self.key = key
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = HTTPSessionProvider.connections
        configuration.redirectConfiguration = .disallow
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections.
    package func shutdown() async {
        try? await client.shutdown()
    }

    package func createSessions(count: Int, users: Int) async throws -> [BenchSession] {
        let address = try await publicAddress()
        let request = SessionRequest(users: Array(repeating: SessionRequest.User(ip: address), count: users))
        let body = ByteBuffer(bytes: try JSONEncoder().encode(request))
        let created = Created()
        do {
            try await HTTPSessionProvider.inParallel(count) { index in
                let answer = try await send(.POST, "/v1/relays/sessions", body: body)
                let message = try answer.decode(SessionMessage.self)
                await created.note(id: message.id)
                await created.add(try await whenReady(message, users: users), at: index)
            }
        } catch {
            let ids = await created.ids
            _ = await delete(ids)
            guard let error = error as? BenchError, !ids.isEmpty else { throw error }
            throw BenchError("\(error) (\(ids.count) of \(count) sessions had been made; they were deleted again.)")
        }
        return await created.inOrder
    }

    package func deleteSessions(_ sessions: [BenchSession]) async -> Int {
        await delete(sessions.map(\.id))
    }

    private func delete(_ ids: [String]) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            var failures = 0
            for (index, id) in ids.enumerated() {
                if index >= HTTPSessionProvider.connections { failures += await group.next() ?? 0 }
                group.addTask {
                    // Gone already is as good as deleted.
                    let answer = try? await request(.DELETE, "/v1/relays/sessions/\(id)", body: nil)
                    return answer.map { (200..<300).contains($0.status) || $0.status == 404 } == true ? 0 : 1
                }
            }
            for await failure in group { failures += failure }
            return failures
        }
    }

    /// The address that the API sees, for relays that pin players to it. Also the first try of target and key.
    private func publicAddress() async throws -> String {
        let answer = try await request(.GET, "/v1/ip", body: nil)
        if answer.status == 401 { throw explain(answer) }
        // Not every compatible API has the call, and most relays do not mind the address.
        return (try? answer.decode(PublicAddressMessage.self).address) ?? "127.0.0.1"
    }

    /// Asks again until a session that is still being placed has its relay.
    private func whenReady(_ message: SessionMessage, users: Int) async throws -> BenchSession {
        var message = message
        for _ in 0..<120 {
            if let session = try message.session(users: users) { return session }
            if let error = message.error { throw BenchError("Session \(message.id) failed: \(error)") }
            try await Task.sleep(for: .milliseconds(250))
            message = try await send(.GET, "/v1/relays/sessions/\(message.id)", body: nil)
                .decode(SessionMessage.self)
        }
        throw BenchError("Session \(message.id) was not ready within 30 s.")
    }

    private func send(_ method: HTTPMethod, _ path: String, body: ByteBuffer?) async throws -> APIAnswer {
        let answer = try await request(method, path, body: body)
        guard (200..<300).contains(answer.status) else { throw explain(answer) }
        return answer
    }

    private func request(_ method: HTTPMethod, _ path: String, body: ByteBuffer?) async throws(BenchError) -> APIAnswer
    {
        var request = HTTPClientRequest(url: target + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "token \(key)")
        request.headers.add(name: "Accept", value: "application/json")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            let body = try await response.body.collect(upTo: 16 << 20)
            return APIAnswer(status: Int(response.status.code), body: Data(body.readableBytesView), path: path)
        } catch {
            throw APIFailure.unreachable(target: target, error: error)
        }
    }

    private func explain(_ answer: APIAnswer) -> BenchError {
        APIFailure.refused(target: target, status: answer.status, message: answer.message)
    }

    /// Runs `body` for 0 ..< `count`, as many at once as there are connections, and throws the first error.
    ///
    /// After an error nothing new begins, but what is under way ends by itself: a request cut off half way might have
    /// made a session that nobody deletes.
    private static func inParallel(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let failure = await withTaskGroup(of: (any Error)?.self) { group -> (any Error)? in
            var failure: (any Error)?
            for index in 0..<count {
                if index >= connections, let error = await group.next() ?? nil { failure = failure ?? error }
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

/// An answer of the API, whatever its status.
private struct APIAnswer: Sendable {
    let status: Int
    let body: Data
    let path: String

    /// What the API says is wrong.
    var message: String? { try? JSONDecoder().decode(ErrorMessage.self, from: body).message }

    func decode<Message: Decodable>(_ type: Message.Type) throws(BenchError) -> Message {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw BenchError(
                "The answer to \(path) (\(status), \(body.count) bytes) is not what the API documents: is --target right?"
            )
        }
    }
}
