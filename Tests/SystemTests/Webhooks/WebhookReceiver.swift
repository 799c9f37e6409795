import Foundation
import Glibc
import Synchronization

/// A small HTTP server on loopback that notes what it is sent and answers as told.
final class WebhookReceiver: Sendable {
    struct Request {
        var line: String
        /// Names in lower case.
        var headers: [String: String]
        var body: [UInt8]
    }

    enum Answer: Sendable {
        case status(Int)
        case redirect(to: String)
        case silence
        /// Bytes that are no HTTP.
        case nonsense
    }

    let port: UInt16
    private let received = Mutex<[Request]>([])
    private let stopping = Mutex(false)
    /// What to answer the k-th request (from 0).
    private let answer: @Sendable (Int) -> Answer

    var url: String { "http://127.0.0.1:\(port)/hook" }
    var requests: [Request] { received.withLock { $0 } }

    init(port: UInt16? = nil, answer: @escaping @Sendable (Int) -> Answer = { _ in .status(200) }) throws {
        self.port = try port ?? FreePorts.take()[0]
        self.answer = answer
        let listener = try Socket(AF_INET, SOCK_STREAM)
        listener.enable(SO_REUSEADDR)
        try listener.bind(SocketAddress("127.0.0.1", self.port))
        try listener.listen()
        let descriptor = dup(listener.descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        Thread.detachNewThread { self.serve(Socket(adopting: descriptor)) }
    }

    func stop() {
        stopping.withLock { $0 = true }
    }

    /// Waits until so many requests have come.
    func waitForRequests(_ count: Int, within limit: Duration = .seconds(30)) -> Bool {
        holds(within: limit) { requests.count >= count }
    }

    private func serve(_ listener: Socket) {
        // Silent connections stay open until the receiver stops.
        var silent: [Socket] = []
        while !stopping.withLock({ $0 }) {
            guard let connection = try? listener.accept(within: .milliseconds(50)) else { continue }
            guard let request = try? read(connection) else { continue }
            let number = received.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            let head =
                switch answer(number) {
                case .status(let status): "HTTP/1.1 \(status) Answer\r\n"
                case .redirect(let target): "HTTP/1.1 307 Elsewhere\r\nLocation: \(target)\r\n"
                case .nonsense: "220 mail.example.net ESMTP\r\n"
                case .silence: ""
                }
            if head.isEmpty {
                silent.append(connection)
            } else {
                _ = try? connection.send(Array("\(head)Content-Length: 0\r\nConnection: close\r\n\r\n".utf8)[...])
            }
        }
        silent.removeAll()
    }

    private func read(_ connection: Socket) throws -> Request {
        var bytes: [UInt8] = []
        func more() throws {
            guard let next = try connection.receive(within: .seconds(5)), !next.isEmpty else {
                throw HTTPFailure.closedWithinAnswer
            }
            bytes += next
        }
        let end = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        while headEnd == nil {
            try more()
            headEnd = bytes.indices.dropLast(3).first { Array(bytes[$0..<($0 + 4)]) == end }
        }
        let lines = String(decoding: bytes[..<headEnd!], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < headEnd! + 4 + length { try more() }
        return Request(line: lines[0], headers: headers, body: Array(bytes[(headEnd! + 4)...].prefix(length)))
    }
}
