import Crypto
import Foundation
import Testing

/// The statement of what a session has used, sent when it ends.
@Suite(.showsLogOnFailure) struct UsageWebhookTests {
    private func sum(_ json: JSON?, _ key: String) -> Int { json?[key]?.int ?? -1 }

    @Test("A deleted session's usage is posted once, signed, with every user's figures")
    func deleted() throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        let secret = "a-webhook-secret-of-this-test"
        let environment = ["CAUSEWAY_WEBHOOK_SECRET": secret]
        try withDaemon(["webhook.usage_url=\(receiver.url)"], environment: environment) { daemon in
            daemon.secrets.add(text: secret)
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let (host, client) = (try session.boundHost(), try session.boundClient())
            try client.data("hello")
            try host.expectData("hello", from: 2)
            try daemon.api.removeUser(session.users[1].token, from: session)
            try daemon.api.remove(session)
            try #require(receiver.waitForRequests(1))
            let request = receiver.requests[0]
            let timestamp = try #require(request.headers["x-causeway-timestamp"])
            let signed = Array(timestamp.utf8) + Array(".".utf8) + request.body
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Array(secret.utf8)))
            let hex = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(request.headers["x-causeway-signature"] == "v1=" + hex)
            let body = try JSON.parse(request.body)
            #expect(body["event"]?.string == "session.ended")
            #expect(body["session_id"]?.string == session.id)
            #expect(body["reason"]?.string == "deleted")
            let times = [body["created_at"]?.string ?? "", body["ended_at"]?.string ?? ""]
            #expect(times[0] < times[1] && times.allSatisfy { $0.hasSuffix("Z") }, "\(times)")
            let users = try #require(body["users"]?.array)
            #expect(users.map { $0["user"]?.int } == [1, 2, 3])
            #expect(users.map { $0["revoked"]?.bool } == [false, true, false])
            #expect(sum(users[1], "datagrams_from") >= 2)
            #expect(sum(users[0], "datagrams_to") == 1)
            #expect(sum(users[2], "bytes_from") == 0)
            let total = users.reduce(0) { $0 + sum($1, "bytes_from") }
            #expect(sum(body["total"], "bytes_from") == total)
            let text = String(decoding: request.body, as: UTF8.self)
            for token in [session.token] + session.users.map(\.token) { #expect(!text.contains("\(token)")) }
            pause(.milliseconds(500))
            #expect(receiver.requests.count == 1)
        }
    }

    @Test("A session that ends by itself says why")
    func unused() throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        try withDaemon(["webhook.usage_url=\(receiver.url)", "sessions.unused_timeout=1s"]) { daemon in
            let session = try daemon.api.createSession()
            try #require(receiver.waitForRequests(1))
            let body = try JSON.parse(receiver.requests[0].body)
            #expect(body["session_id"]?.string == session.id)
            #expect(body["reason"]?.string == "unused")
            #expect(body["total"]?["datagrams_from"]?.int == 0)
        }
    }

    @Test("A statement that could not be delivered survives SIGKILL")
    func survives() throws {
        let port = try FreePorts.take()[0]
        try withDaemon(["webhook.usage_url=http://127.0.0.1:\(port)/hook"]) { daemon in
            let session = try daemon.api.createSession()
            let client = try session.boundHost()
            try client.ping(.valid)
            try daemon.api.remove(session)
            try daemon.killAndRestart()
            let receiver = try WebhookReceiver(port: port)
            defer { receiver.stop() }
            try #require(receiver.waitForRequests(1))
            let body = try JSON.parse(receiver.requests[0].body)
            #expect(body["session_id"]?.string == session.id)
            #expect((body["total"]?["datagrams_from"]?.int ?? 0) >= 2)
        }
    }

    @Test("Without webhook.usage_url the session's own webhook is told of its start alone")
    func unset() throws {
        let receiver = try WebhookReceiver()
        defer { receiver.stop() }
        try withDaemon { daemon in
            let session = try daemon.api.createSession(extra: #", "webhook_url": "\#(receiver.url)""#)
            try daemon.api.remove(session)
            try #require(receiver.waitForRequests(1))
            pause(.milliseconds(500))
            #expect(receiver.requests.count == 1)
            #expect(try JSON.parse(receiver.requests[0].body)["event"] == nil)
        }
    }
}
