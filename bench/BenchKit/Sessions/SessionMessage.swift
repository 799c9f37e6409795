#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The body of a request for a session.
struct SessionRequest: Encodable {
    struct User: Encodable {
        let ip: String
    }

    let users: [User]
}

/// What the load generator reads of a session in the API's answers.
struct SessionMessage: Decodable {
    struct User: Decodable {
        let authorizationToken: UInt32

        enum CodingKeys: String, CodingKey {
            case authorizationToken = "authorization_token"
        }
    }

    struct Relay: Decodable {
        struct Ports: Decodable {
            struct Port: Decodable {
                let port: UInt16
            }

            let server: Port
            let client: Port
        }

        let ip: String
        let host: String?
        let ports: Ports
    }

    let id: String
    let isReady: Bool?
    let error: String?
    // Absent while a fleet still places the session.
    let token: UInt32?
    let users: [User]?
    let relay: Relay?

    enum CodingKeys: String, CodingKey {
        case id = "session_id"
        case isReady = "ready"
        case error
        case token = "authorization_token"
        case users = "session_users"
        case relay
    }

    /// The session, or `nil` as long as its relay is not known.
    func session(users count: Int) throws(BenchError) -> BenchSession? {
        guard isReady ?? true, let token, let users, let relay else { return nil }
        guard users.count == count else {
            throw BenchError("The API made session \(id) with \(users.count) users; \(count) were asked for.")
        }
        return BenchSession(
            id: id,
            sessionToken: token,
            userTokens: users.map(\.authorizationToken),
            relayIP: relay.ip,
            relayHost: relay.host ?? relay.ip,
            serverPort: relay.ports.server.port,
            clientPort: relay.ports.client.port
        )
    }
}

/// The body of every error answer.
struct ErrorMessage: Decodable {
    let message: String
}

/// The caller's address as the API sees it.
struct PublicAddressMessage: Decodable {
    let address: String

    enum CodingKeys: String, CodingKey {
        case address = "public_ip"
    }
}
