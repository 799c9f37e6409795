import Foundation
import Glibc
import NIOCore
import Synchronization

/// A server on 127.0.0.1 that treats every connection the same way, well or badly.
final class WebhookReceiver: Sendable {
    enum Behaviour: Sendable {
        /// Reads the request, writes this, and closes.
        case answer(String)
        /// Reads the request and says nothing.
        case hang
        /// Reads the request, writes this, and then one byte now and then.
        case drip(String)
        /// Closes at once.
        case close
        /// Writes this at once, and closes after the other one did.
        case greet([UInt8])
        /// Waits for the first bytes and closes.
        case hangUp
        /// Waits for the first bytes and resets the connection.
        case reset
        /// Reads the request and writes without end.
        case flood(String)
    }

    let port: Int
    private let listener: Int32
    private let received = Requests()

    private final class Requests: Sendable {
        let texts = Mutex<[String]>([])
    }

    /// The requests so far, as they came.
    var requests: [String] { received.texts.withLock { $0 } }

    init(_ behaviour: Behaviour) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let listener = listener
        guard address.withSockAddr({ bind(listener, $0, socklen_t($1)) }) == 0, listen(listener, 16) == 0 else {
            throw RawConnection.Failure(what: "no receiver: \(String(cString: strerror(errno)))")
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        var length = socklen_t(bytes.count)
        let status = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: sockaddr.self) { getsockname(listener, $0.baseAddress, &length) }
        }
        guard status == 0 else { throw RawConnection.Failure(what: "no port") }
        port = Int(bytes[2]) << 8 | Int(bytes[3])
        let received = received
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread {
                    Self.serve(connection, behaviour) { text in received.texts.withLock { $0.append(text) } }
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ connection: Int32, _ behaviour: Behaviour, note: (String) -> Void) {
        defer { close(connection) }
        if case .close = behaviour { return }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if case .greet(let bytes) = behaviour { return greet(connection, bytes) }
        if case .reset = behaviour { return reset(connection) }
        if case .hangUp = behaviour { return hangUp(connection) }
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !isComplete(request) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += buffer.prefix(count)
        }
        note(String(decoding: request, as: UTF8.self))
        switch behaviour {
        case .answer(let text): _ = write(connection, text)
        case .hang: _ = recv(connection, &buffer, buffer.count, 0)
        case .drip(let text):
            guard write(connection, text) else { return }
            while write(connection, "x") { usleep(100_000) }
        case .flood(let text):
            guard write(connection, text) else { return }
            let chunk = String(repeating: "x", count: 65_536)
            while write(connection, chunk) {}
        case .close, .greet, .hangUp, .reset: break
        }
    }

    private static func greet(_ connection: Int32, _ bytes: [UInt8]) {
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        var buffer = [UInt8](repeating: 0, count: 4096)
        while recv(connection, &buffer, buffer.count, 0) > 0 {}
    }

    private static func hangUp(_ connection: Int32) {
        // All of it: what stays unread turns the close into a reset.
        var buffer = [UInt8](repeating: 0, count: 65_536)
        _ = recv(connection, &buffer, buffer.count, 0)
    }

    private static func reset(_ connection: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1)
        _ = recv(connection, &buffer, 1, 0)
        // Closing with nothing to linger for sends RST (socket(7)).
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private static func write(_ connection: Int32, _ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func isComplete(_ request: [UInt8]) -> Bool {
        let text = String(decoding: request, as: UTF8.self).lowercased()
        guard let end = text.range(of: "\r\n\r\n"), let field = text.range(of: "content-length: ") else { return false }
        let length = Int(text[field.upperBound...].prefix { $0.isNumber }) ?? 0
        return text[end.upperBound...].utf8.count >= length
    }
}
