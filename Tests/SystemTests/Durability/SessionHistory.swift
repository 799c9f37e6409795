import Foundation
import Testing

/// What one caller of the API knows: the sessions it was acknowledged, and the one call whose answer was lost.
struct SessionHistory {
    struct Known: Equatable {
        var token: UInt32
        var users: [RelaySession.User]
    }

    /// A call without an answer: it may have happened or not.
    enum Unknown {
        case create(userCount: Int)
        case authorize(String, ip: String)
        case revoke(String, UInt32)
        case delete(String)
    }

    var sessions: [String: Known] = [:]
    var unknown: Unknown?
    var deleted: Set<String> = []
    /// Tokens of acknowledged revocations, by session.
    var revoked: [String: Set<UInt32>] = [:]
    var acknowledged = 0
    /// The connection ids under which hosts have seen users, by token.
    var connectionIDs: [UInt32: Int32] = [:]
    /// Users that played after restarts, and revoked ones that tried.
    var played = 0
    var refused = 0

    /// Makes one random call; returns false when its answer was lost.
    mutating func step(_ api: APIClient, random: inout SplitMix) throws -> Bool {
        let id = sessions.keys.sorted().randomElement(using: &random)
        let choice = Int.random(in: 0..<10, using: &random)
        guard let id, choice > 3 || (sessions.count > 20 && choice > 0) else {
            return try create(api, userCount: Int.random(in: 1...4, using: &random))
        }
        switch choice {
        case 0..<7: return try authorize(api, id, ip: "10.0.\(Int.random(in: 0...255, using: &random)).1")
        case 7, 8:
            guard let user = sessions[id]?.users.randomElement(using: &random) else { return true }
            return try revoke(api, id, user.token)
        default: return try delete(api, id)
        }
    }

    private mutating func create(_ api: APIClient, userCount: Int) throws -> Bool {
        unknown = .create(userCount: userCount)
        let users = (0..<userCount).map { #"{"ip": "10.1.0.\#($0)"}"# }.joined(separator: ",")
        guard let answer = try answered({ try api.post(APIClient.sessions, #"{"users": [\#(users)]}"#) }) else {
            return false
        }
        let session = try RelaySession(answer.json())
        sessions[session.id] = Known(token: session.token, users: session.users)
        return true
    }

    private mutating func authorize(_ api: APIClient, _ id: String, ip: String) throws -> Bool {
        unknown = .authorize(id, ip: ip)
        guard let answer = try answered({ try api.authorize(id, ip: ip) }) else { return false }
        sessions[id]?.users.append(.init(ip: ip, token: try token(in: answer.json()["session_user"])))
        return true
    }

    private mutating func revoke(_ api: APIClient, _ id: String, _ token: UInt32) throws -> Bool {
        unknown = .revoke(id, token)
        guard try answered({ try api.revoke(id, token: String(token)) }) != nil else { return false }
        sessions[id]?.users.removeAll { $0.token == token }
        revoked[id, default: []].insert(token)
        return true
    }

    private mutating func delete(_ api: APIClient, _ id: String) throws -> Bool {
        unknown = .delete(id)
        guard try answered({ try api.deleteSession(id) }) != nil else { return false }
        sessions[id] = nil
        deleted.insert(id)
        return true
    }

    /// The answer of a call; nil when it was lost with the connection or the server could not say.
    private mutating func answered(_ call: () throws -> HTTPResponse) throws -> HTTPResponse? {
        do {
            let response = try call()
            if response.status >= 500 { return nil }
            guard response.status < 300 else {
                throw Refused(description: "\(String(describing: unknown)) was refused: \(response.text)")
            }
            unknown = nil
            acknowledged += 1
            return response
        } catch is HTTPFailure {
            return nil
        } catch is SocketError {
            return nil
        }
    }

    struct Refused: Error, CustomStringConvertible {
        var description: String
    }
}

/// A small seeded generator (SplitMix64), so that a failing run can be named by its seed.
struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
