import HTTPTypes
import RelayControl
import RelayCore
import Testing

@testable import RelayHTTP

@Suite("Calls on a session's health and usage")
struct MonitorCallTests {
    private let fixture = APIFixture()

    private func create() async throws -> String {
        let body = #"{"users":[{"ip":"198.51.100.1"},{"ip":"198.51.100.2"}]}"#
        let answer = try await fixture.send(.post, "/v1/relays/sessions", body: body)
        return try #require(answer.json.at("session_id")?.text)
    }

    private static func report(_ session: Session) -> SessionReport {
        let address = PeerAddress(bytes: [203, 0, 113, 7])
        var report = SessionReport(
            hostUserToken: session.users[0].token,
            hostEndpoint: address.map { PeerEndpoint($0, port: 5000) },
            hostSilence: 12,
            silence: 8,
            wasUsed: true
        )
        report.rate = Rate(datagrams: 90, bytes: 20_000)
        report.peak = Rate(datagrams: 200, bytes: 40_000)
        report.hostRate = Rate(datagrams: 60, bytes: 18_000)
        report.hostLink = LinkQuality(
            pings: 100,
            missedPings: 3,
            jitter: 1.256,
            gaps: 1,
            longestGap: 1_500,
            lastGapAge: 9
        )
        report.drops = [.revoked: 4, .unknownUser: 2]
        var player = UserReport(userToken: session.users[1].token, connectionID: 524_288)
        player.drops = [.overUserLimit: 7, .addressPinned: 0]
        (player.lastDrop, player.lastDropAge) = (.overUserLimit, 250)
        player.link = LinkQuality(moves: 2, rejoins: 1)
        report.users = [UserReport(userToken: session.users[0].token, connectionID: 1), player]
        return report
    }

    @Test("Health has the documented fields, the host's figures where the user hosts, and nothing that is not known")
    func health() async throws {
        let id = try await create()
        let findings = [
            Finding("host_bound", .good, .user(1), "User 1 hosts."),
            Finding("no_host", .problem, .session, "Nobody hosts.", advice: "Start the host."),
        ]
        await fixture.directory.set(report: Self.report, findings: findings)
        let answer = try await fixture.send(.get, "/v1/relays/sessions/\(id)/health")
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"session_id":"\#(id)","created_at":"1970-01-01T00:00:00.000Z","used":true,"silence_ms":8,"#
                + #""rate":{"datagrams_per_second":90,"bytes_per_second":20000},"#
                + #""peak":{"datagrams_per_second":200,"bytes_per_second":40000},"#
                + #""host":{"user":1,"address":"203.0.113.7:5000","last_seen_ms":12},"#
                + #""drops":{"unknown_user":2,"revoked":4},"users":["#
                + #"{"user":1,"ip_address":"198.51.100.1","host":true,"connection_id":1,"address":"203.0.113.7:5000","#
                + #""last_seen_ms":12,"rate":{"datagrams_per_second":60,"bytes_per_second":18000},"jitter_ms":1.26,"#
                + #""pings":100,"missed_pings":3,"gaps":1,"longest_gap_ms":1500,"last_gap_ms":9,"moves":0,"rejoins":0,"#
                + #""drops":{}},"#
                + #"{"user":2,"ip_address":"198.51.100.2","host":false,"connection_id":524288,"#
                + #""rate":{"datagrams_per_second":0,"bytes_per_second":0},"pings":0,"missed_pings":0,"gaps":0,"#
                + #""longest_gap_ms":0,"moves":2,"rejoins":1,"drops":{"over_user_limit":7},"last_drop_ms":250}],"#
                + #""findings":[{"code":"host_bound","weight":"good","about":"user","user":1,"what":"User 1 hosts."},"#
                + #"{"code":"no_host","weight":"problem","about":"session","what":"Nobody hosts.","#
                + #""advice":"Start the host."}]}"#
        )
    }

    @Test("Usage has every user and the total")
    func usage() async throws {
        let id = try await create()
        let used = Usage(
            datagramsFrom: 10,
            bytesFrom: 900,
            datagramsTo: 20,
            bytesTo: 2_000,
            activeSeconds: 5,
            peak: Rate(datagrams: 4, bytes: 400)
        )
        await fixture.directory.set(
            statement: UsageStatement(
                users: [.init(number: 2, address: "198.51.100.2", isRevoked: true, usage: used)],
                unlistedUsers: 3,
                total: Usage(datagramsFrom: .max)
            )
        )
        let answer = try await fixture.send(.get, "/v1/relays/sessions/\(id)/usage")
        #expect(answer.status == 200)
        #expect(
            answer.text == #"{"session_id":"\#(id)","created_at":"1970-01-01T00:00:00.000Z","users":["#
                + #"{"user":2,"ip_address":"198.51.100.2","revoked":true,"datagrams_from":10,"bytes_from":900,"#
                + #""datagrams_to":20,"bytes_to":2000,"active_seconds":5,"peak_datagrams_per_second":4,"#
                + #""peak_bytes_per_second":400}],"unlisted_users":3,"total":{"datagrams_from":9223372036854775807,"#
                + #""bytes_from":0,"datagrams_to":0,"bytes_to":0,"active_seconds":0,"peak_datagrams_per_second":0,"#
                + #""peak_bytes_per_second":0}}"#
        )
    }

    @Test("The statement of an ended session says which, why, and from when to when", arguments: SessionEnd.allCases)
    func statement(reason: SessionEnd) async throws {
        let session = try await fixture.directory.session(id: try await create())
        let usage = UsageStatement(users: [.init(number: 1, address: "198.51.100.1")], total: Usage())
        let ended = EndedSession(session: session, reason: reason, endedAt: 1_700_000_000.25, usage: usage)
        let body = try JSONParser.parse(MonitorJSON.webhookBody(ended))
        #expect(body.keys == ["event", "session_id", "reason", "created_at", "ended_at", "users", "total"])
        #expect(body["event"] == .string("session.ended"))
        #expect(body["session_id"] == .string(session.id))
        #expect(body["reason"] == .string(reason.rawValue))
        #expect(body["ended_at"] == .string("2023-11-14T22:13:20.250Z"))
        #expect(body.at("users", "0", "user") == .integer(1))
        #expect(!String(decoding: body.bytes, as: UTF8.self).contains("\(session.users[0].token)"))
    }

    @Test("No token is in either answer")
    func secrecy() async throws {
        let id = try await create()
        await fixture.directory.set(report: Self.report)
        let session = try await fixture.directory.session(id: id)
        for call in ["health", "usage"] {
            let text = try await fixture.send(.get, "/v1/relays/sessions/\(id)/\(call)").text
            for token in [session.token] + session.users.map(\.token) { #expect(!text.contains("\(token)"), "\(text)") }
        }
    }

    @Test("Who may ask, and what is said of sessions that are not there", arguments: ["health", "usage"])
    func access(call: String) async throws {
        let path = "/v1/relays/sessions/\(try await create())/\(call)"
        for key in ["token key-sessions", "token key-read", "token key-admin"] {
            #expect(try await fixture.send(.get, path, key: key).status == 200)
        }
        #expect(try await fixture.send(.get, path, key: nil).status == 401)
        #expect(try await fixture.send(.get, path, key: "token wrong").status == 401)
        #expect(try await fixture.send(.get, path, key: "token key-lobbies").status == 403)
        #expect(try await fixture.send(.post, path, body: "{}").status == 405)
        let unknown = try await fixture.send(.get, "/v1/relays/sessions/000000000000-S/\(call)")
        #expect(unknown.status == 404 && unknown.message != nil)
        await fixture.directory.fail(with: RelayError(.unavailable, "still restoring"))
        let restoring = try await fixture.send(.get, path)
        #expect(restoring.status == 503 && restoring.message == "still restoring")
    }
}
