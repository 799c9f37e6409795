import Foundation
import Testing

/// What the API tells of a session's traffic while it goes on.
@Suite(.showsLogOnFailure) struct MonitorTests {
    @Test("Health tells who hosts, where players are, what came of them and what is wrong, without a token")
    func health() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let (host, client) = (try session.boundHost(), try session.boundClient())
            try client.data("hello")
            try host.expectData("hello", from: 2)
            let response = try daemon.api.get("\(APIClient.sessions)/\(session.id)/health")
            try #require(response.status == 200, "\(response.text)")
            let health = try response.json()
            #expect(health["session_id"]?.string == session.id)
            #expect(health["used"]?.bool == true)
            #expect(health["host"]?["user"]?.int == 1)
            #expect(health["host"]?["address"]?.string == "127.0.0.1:\(host.socket.port)")
            let users = try #require(health["users"]?.array)
            #expect(users.map { $0["user"]?.int } == [1, 2, 3])
            #expect(users[0]["host"]?.bool == true && (users[0]["pings"]?.int ?? 0) >= 1)
            #expect(users[1]["address"]?.string == "127.0.0.1:\(client.socket.port)")
            #expect(users[1]["last_seen_ms"]?.int != nil)
            #expect(users[2]["last_seen_ms"] == nil && users[2]["address"] == nil)
            let codes = health["findings"]?.array?.compactMap { $0["code"]?.string } ?? []
            #expect(codes.contains("user_never_heard"), "\(codes)")
            for token in [session.token] + session.users.map(\.token) { #expect(!response.text.contains("\(token)")) }
        }
    }

    @Test("Usage counts each user's datagrams, those of revoked users too")
    func usage() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let (host, client) = (try session.boundHost(), try session.boundClient())
            for _ in 0..<5 {
                try client.data("hello")
                try host.expectData("hello", from: 2)
            }
            try host.data("hi", to: 2)
            try client.expectData("hi")
            func usage() throws -> [JSON] {
                let response = try daemon.api.get("\(APIClient.sessions)/\(session.id)/usage")
                try #require(response.status == 200, "\(response.text)")
                #expect(try response.json()["total"]?["bytes_from"]?.int != nil)
                return try response.json()["users"]?.array ?? []
            }
            let before = try usage()
            try #require(before.count == 2)
            // Five times header and payload, and a PING of 9 bytes at least.
            #expect((before[1]["datagrams_from"]?.int ?? 0) >= 6)
            #expect((before[1]["bytes_from"]?.int ?? 0) >= 5 * (9 + 5) + 9)
            #expect(before[1]["datagrams_to"]?.int == 1)
            #expect(before[0]["datagrams_to"]?.int == 5)
            #expect(before[1]["revoked"]?.bool == false)
            try daemon.api.removeUser(session.users[1].token, from: session)
            let after = try usage()
            #expect(after.map { $0["revoked"]?.bool } == [false, true])
            #expect(after.last?["bytes_from"] == before[1]["bytes_from"])
            #expect(after.last?["datagrams_to"]?.int == 1)
        }
    }

    @Test("Sessions that are not there have neither", arguments: ["health", "usage"])
    func unknown(call: String) throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            try daemon.api.remove(session)
            #expect(try daemon.api.get("\(APIClient.sessions)/\(session.id)/\(call)").status == 404)
            #expect(try daemon.api(authorization: nil).get("\(APIClient.sessions)/\(session.id)/\(call)").status == 401)
        }
    }
}
