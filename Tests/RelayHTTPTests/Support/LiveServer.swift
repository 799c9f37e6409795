import Foundation
import Glibc
import Logging
import NIOCore
import ServiceLifecycle

@testable import RelayHTTP

/// A server on a port of its own, for as long as a test runs.
func withLiveServer<Value: Sendable>(
    _ configuration: APIServer.Configuration = .init(listen: .tcp(host: "127.0.0.1", port: 0)),
    settings: APISettings = APIFixture.settings,
    connections: HTTPConnections = HTTPConnections(),
    _ test: @Sendable (APIFixture, ListenAddress) async throws -> Value
) async throws -> Value {
    let (addresses, announce) = AsyncStream.makeStream(of: ListenAddress.self)
    let fixture = APIFixture(
        settings: settings,
        configuration: configuration,
        connections: connections,
        onListening: { announce.yield($0) }
    )
    let services = ServiceGroup(services: [fixture.server], logger: .init(label: "test") { _ in fixture.log })
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { announce.finish() }
            try await services.run()
        }
        var iterator = addresses.makeAsyncIterator()
        guard let address = await iterator.next() else {
            try await group.waitForAll()
            throw NotListening()
        }
        let result: Result<Value, any Error>
        do { result = .success(try await test(fixture, address)) } catch { result = .failure(error) }
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
        return try result.get()
    }
}

struct NotListening: Error {}

/// One TCP or Unix connection that says exactly what it is told to say.
enum RawConnection {
    enum Step: Sendable {
        case send(String)
        /// Reads until this text has arrived.
        case await(String)
        /// Closes the sending side.
        case finish
        case call(@Sendable () -> Void)
        case pause(milliseconds: UInt32)
    }

    struct Failure: Error {
        let what: String
    }

    /// Does the steps, then reads until the other side closes.
    /// - Returns: everything that was read.
    /// - Throws: `Failure` when the other side neither answers nor closes within 10 s.
    static func run(_ address: ListenAddress, _ steps: Step...) async throws -> String {
        try await run(address, steps: steps)
    }

    static func run(_ address: ListenAddress, steps: [Step]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: blocking calls would hold up the other tests.
            Thread.detachNewThread {
                continuation.resume(with: Result { try block(address, steps) })
            }
        }
    }

    private static func block(_ address: ListenAddress, _ steps: [Step]) throws -> String {
        let descriptor = try connect(to: address)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var received = ""
        for step in steps {
            switch step {
            case .send(let text):
                var rest = Array(text.utf8)[...]
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    // A server that refuses may close before everything is sent; what it said is still there to read.
                    guard count > 0 else { break }
                    rest = rest.dropFirst(count)
                }
            case .await(let text):
                while !received.contains(text) {
                    guard let more = try read(descriptor) else {
                        throw Failure(what: "closed before '\(text)': \(received)")
                    }
                    received += more
                }
            case .finish:
                shutdown(descriptor, Int32(SHUT_WR))
            case .call(let body): body()
            case .pause(let milliseconds): usleep(milliseconds * 1000)
            }
        }
        while let more = try read(descriptor) { received += more }
        return received
    }

    private static func read(_ descriptor: Int32) throws -> String? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EAGAIN { throw Failure(what: "no answer within the limit") }
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }

    private static func connect(to address: ListenAddress) throws -> Int32 {
        let (family, target) =
            switch address {
            case .tcp(_, let port): (AF_INET, try SocketAddress(ipAddress: "127.0.0.1", port: port))
            case .unix(let path): (AF_UNIX, try SocketAddress(unixDomainSocketPath: path))
            }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        guard target.withSockAddr({ Glibc.connect(descriptor, $0, socklen_t($1)) }) == 0 else {
            close(descriptor)
            throw Failure(what: "cannot connect to \(address): \(String(cString: strerror(errno)))")
        }
        return descriptor
    }
}
