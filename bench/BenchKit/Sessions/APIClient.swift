internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Speaks to the relay's HTTP API over connections that stay open. Call ``shutdown()`` in the end.
struct APIClient: Sendable {
    /// Connections at once, and so requests under way.
    let connections: Int
    private let target: String
    private let key: String
    private let client: HTTPClient

    /// `target` is the API's base address, such as `http://127.0.0.1:8080`, with or without a slash in the end.
    init(target: String, key: String, connections: Int) {
        self.target = target.hasSuffix("/") ? String(target.dropLast()) : target
        self.key = key
        self.connections = connections
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.redirectConfiguration = .disallow
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections.
    func shutdown() async {
        try? await client.shutdown()
    }

    /// The address that the API sees, for relays that pin players to it. Also the first try of target and key.
    func publicAddress() async throws(BenchError) -> String {
        let answer = try await request(.GET, "/v1/ip")
        if answer.status == 401 { throw explain(answer) }
        // Not every compatible API has the call, and most relays do not mind the address.
        return (try? answer.decode(PublicAddressMessage.self).address) ?? "127.0.0.1"
    }

    /// Asks for a session; `body` is a ``SessionRequest`` as ``SessionRequest/body(users:address:)`` writes it.
    func create(_ body: ByteBuffer) async throws(BenchError) -> APIAnswer {
        try await send(.POST, "/v1/relays/sessions", body: body)
    }

    /// A session as it is now.
    func session(_ id: String) async throws(BenchError) -> SessionMessage {
        try await send(.GET, "/v1/relays/sessions/\(id)").decode(SessionMessage.self)
    }

    /// Deletes sessions, as many at once as there are connections; returns how many could not be deleted.
    func delete(_ ids: [String]) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            var failures = 0
            for (index, id) in ids.enumerated() {
                if index >= connections { failures += await group.next() ?? 0 }
                group.addTask {
                    // Gone already is as good as deleted.
                    let answer = try? await request(.DELETE, "/v1/relays/sessions/\(id)")
                    return answer.map { $0.isSuccess || $0.status == 404 } == true ? 0 : 1
                }
            }
            for await failure in group { failures += failure }
            return failures
        }
    }

    /// An answer that is a success, or the refusal in words.
    private func send(
        _ method: HTTPMethod,
        _ path: String,
        body: ByteBuffer? = nil
    ) async throws(BenchError) -> APIAnswer {
        let answer = try await request(method, path, body: body)
        guard answer.isSuccess else { throw explain(answer) }
        return answer
    }

    private func request(
        _ method: HTTPMethod,
        _ path: String,
        body: ByteBuffer? = nil
    ) async throws(BenchError) -> APIAnswer {
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
}

extension SessionRequest {
    /// A request for a session of so many users, all at one address, as it is sent.
    static func body(users: Int, address: String) throws -> ByteBuffer {
        let request = SessionRequest(users: Array(repeating: User(ip: address), count: users))
        return ByteBuffer(bytes: try JSONEncoder().encode(request))
    }
}
