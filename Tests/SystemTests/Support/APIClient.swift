import Foundation
import Testing

/// Calls the HTTP API as a game backend does, over one connection.
final class APIClient {
    let connection: HTTPConnection
    private let authorization: String?
    private let secrets: SecretCollector

    init(_ address: SocketAddress, authorization: String?, secrets: SecretCollector) {
        connection = HTTPConnection(address)
        self.authorization = authorization
        self.secrets = secrets
    }

    @discardableResult
    func call(
        _ method: String,
        _ path: String,
        body: String? = nil,
        headers: [(String, String)] = []
    ) throws -> HTTPResponse {
        var headers = headers
        if let authorization { headers.append(("Authorization", authorization)) }
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let response = try connection.request(method, path, headers: headers, body: body.map { Array($0.utf8) })
        if let json = try? response.json() { secrets.add(from: json) }
        return response
    }

    func get(_ path: String) throws -> HTTPResponse { try call("GET", path) }
    func post(_ path: String, _ body: String) throws -> HTTPResponse { try call("POST", path, body: body) }

    // MARK: Relay sessions

    static let sessions = "/v1/relays/sessions"

    /// Creates a session and requires success.
    func createSession(
        users: [String] = ["127.0.0.1", "127.0.0.1"],
        extra: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> RelaySession {
        let list = users.map { #"{"ip": "\#($0)"}"# }.joined(separator: ", ")
        let response = try post(Self.sessions, #"{"users": [\#(list)]\#(extra)}"#)
        try #require(response.status == 200, "create: \(response.text)", sourceLocation: sourceLocation)
        return try RelaySession(response.json(), sourceLocation: sourceLocation)
    }

    func getSession(_ id: String) throws -> HTTPResponse { try get("\(Self.sessions)/\(id)") }

    func deleteSession(_ id: String) throws -> HTTPResponse { try call("DELETE", "\(Self.sessions)/\(id)") }

    func authorize(_ id: String, ip: String) throws -> HTTPResponse {
        try post("\(Self.sessions):authorize-user", #"{"session_id": "\#(id)", "user_ip": "\#(ip)"}"#)
    }

    func revoke(_ id: String, token: String) throws -> HTTPResponse {
        try post("\(Self.sessions):revoke-user", #"{"session_id": "\#(id)", "authorization_token": \#(token)}"#)
    }

    /// Authorizes one more user and returns the new token.
    func addUser(to session: RelaySession, ip: String = "127.0.0.1") throws -> UInt32 {
        let response = try authorize(session.id, ip: ip)
        try #require(response.status == 200, "authorize-user: \(response.text)")
        return try token(in: response.json()["session_user"])
    }

    /// Revokes a user and requires success.
    func removeUser(_ token: UInt32, from session: RelaySession) throws {
        let response = try revoke(session.id, token: String(token))
        try #require(response.status == 200, "revoke-user: \(response.text)")
    }

    /// Deletes the session and requires success.
    func remove(_ session: RelaySession) throws {
        let response = try deleteSession(session.id)
        try #require(response.status == 204, "delete: \(response.text)")
    }
}

/// The token of a session or a user object.
func token(in json: JSON?, sourceLocation: SourceLocation = #_sourceLocation) throws -> UInt32 {
    let value = json?["authorization_token"]?.int.flatMap { UInt32(exactly: $0) }
    return try #require(value, "no token in \(String(describing: json))", sourceLocation: sourceLocation)
}

/// What a test needs of a session object.
struct RelaySession {
    struct User: Equatable {
        var ip: String
        var token: UInt32
    }

    var json: JSON
    var id: String
    var token: UInt32
    var users: [User]
    var serverPort: UInt16
    var clientPort: UInt16

    init(_ json: JSON, sourceLocation: SourceLocation = #_sourceLocation) throws {
        self.json = json
        id = try #require(json["session_id"]?.string, sourceLocation: sourceLocation)
        token = try SystemTests.token(in: json, sourceLocation: sourceLocation)
        users = try (json["session_users"]?.array ?? []).map {
            User(
                ip: try #require($0["ip_address"]?.string, sourceLocation: sourceLocation),
                token: try SystemTests.token(in: $0, sourceLocation: sourceLocation)
            )
        }
        func port(_ name: String) throws -> UInt16 {
            let value = json["relay"]?["ports"]?[name]?["port"]?.int.flatMap { UInt16(exactly: $0) }
            return try #require(value, "no \(name) port in \(json)", sourceLocation: sourceLocation)
        }
        serverPort = try port("server")
        clientPort = try port("client")
    }
}
