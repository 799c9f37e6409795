import Foundation
import Glibc

/// An answer of an HTTP server; header names in lower case.
struct HTTPResponse {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var contentType: String { headers["content-type"] ?? "" }

    func json() throws -> JSON { try JSON.parse(body) }
}

/// What can go wrong with a connection, told apart because a lost answer is not a refused one.
enum HTTPFailure: Error {
    case closedBeforeAnswer
    case closedWithinAnswer
    case timedOut
    case malformed(String)
}

/// HTTP/1.1 with keep-alive over one raw socket, so that a failing connection is seen for what it is.
final class HTTPConnection {
    private let address: SocketAddress
    private let host: String
    private var socket: Socket?
    private var buffer: [UInt8] = []
    var timeout = Duration.seconds(30)

    init(_ address: SocketAddress) {
        self.address = address
        host = address.family == AF_UNIX ? "localhost" : address.description
    }

    func request(
        _ method: String,
        _ target: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) throws -> HTTPResponse {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        head += "\r\n"
        return try exchange(Array(head.utf8) + (body ?? []))
    }

    /// Sends the bytes as they are and reads one answer.
    func exchange(_ bytes: [UInt8]) throws -> HTTPResponse {
        let socket = try connected()
        do {
            try send(bytes, over: socket)
            let response = try readResponse(from: socket)
            if response.headers["connection"]?.lowercased() == "close" { self.socket = nil }
            return response
        } catch {
            self.socket = nil
            throw error
        }
    }

    func close() {
        socket = nil
    }

    private func connected() throws -> Socket {
        // A server may close an idle connection; that is no failure as long as nothing was sent on it.
        if let socket, try socket.waitReadable(within: .zero) { self.socket = nil }
        if let socket { return socket }
        buffer = []
        let socket = try Socket(address.family, SOCK_STREAM)
        try socket.connect(address)
        self.socket = socket
        return socket
    }

    private func send(_ bytes: [UInt8], over socket: Socket) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // A server that refuses a body early answers while it is still being sent.
            if try socket.waitReadable(within: .zero) { return }
            do {
                rest = rest.dropFirst(try socket.send(rest.prefix(65_536)))
            } catch let error as SocketError where error.code == EPIPE || error.code == ECONNRESET {
                return
            }
        }
    }

    private func readResponse(from socket: Socket) throws -> HTTPResponse {
        var lines: [String]
        var status: Int
        repeat {
            lines = try readHead(from: socket)
            let parts = lines[0].split(separator: " ", maxSplits: 2)
            guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let code = Int(parts[1]) else {
                throw HTTPFailure.malformed(lines[0])
            }
            status = code
        } while status == 100
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw HTTPFailure.malformed(line) }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        var response = HTTPResponse(status: status, headers: headers, body: [])
        if status == 204 || status == 304 { return response }
        if headers["transfer-encoding"]?.lowercased() == "chunked" {
            response.body = try readChunks(from: socket)
        } else if let length = headers["content-length"].flatMap({ Int($0) }) {
            response.body = try take(length, from: socket)
        }
        return response
    }

    private func readHead(from socket: Socket) throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try readLine(from: socket, atStart: lines.isEmpty)
            if line.isEmpty { return lines }
            lines.append(line)
        }
    }

    private func readChunks(from socket: Socket) throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try readLine(from: socket)
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { throw HTTPFailure.malformed(line) }
            body += try take(size, from: socket)
            _ = try readLine(from: socket)
            if size == 0 { return body }
        }
    }

    private func readLine(from socket: Socket, atStart: Bool = false) throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            try fill(from: socket, atStart: atStart && buffer.isEmpty)
        }
    }

    private func take(_ count: Int, from socket: Socket) throws -> [UInt8] {
        while buffer.count < count { try fill(from: socket) }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func fill(from socket: Socket, atStart: Bool = false) throws {
        do {
            guard let bytes = try socket.receive(within: timeout) else { throw HTTPFailure.timedOut }
            if bytes.isEmpty { throw atStart ? HTTPFailure.closedBeforeAnswer : HTTPFailure.closedWithinAnswer }
            buffer += bytes
        } catch let error as SocketError where error.code == ECONNRESET {
            throw atStart ? HTTPFailure.closedBeforeAnswer : HTTPFailure.closedWithinAnswer
        }
    }
}
