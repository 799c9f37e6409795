import Foundation
import Glibc
import Testing

/// causewayctl gives orders.
@Suite(.showsLogOnFailure) struct OrderTests {
    @Test("kick revokes a user by its number, and ends a session")
    func kick() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            // An address of its own: strangers at one address share the budget of answers.
            let host = try session.boundHost(from: "127.0.0.2")
            let client = try session.boundClient()
            #expect(try daemon.control("kick", session.id, "2").succeeded)
            try client.ping(.invalid)
            try host.ping(.valid)
            #expect(
                try daemon.api.getSession(session.id).json()["session_users"]?.array?.count == session.users.count - 1
            )
            #expect(try daemon.control("kick", session.id).succeeded)
            try host.ping(.invalid)
            #expect(try daemon.api.getSession(session.id).status == 404)
        }
    }

    @Test("A token instead of a user's number is refused, and not repeated")
    func kickByToken() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let result = try daemon.control("kick", session.id, "\(session.users[1].token)")
            #expect(result.ending == .exited(2))
            #expect(try daemon.api.getSession(session.id).json()["session_users"]?.array?.count == session.users.count)
        }
    }

    @Test("reload names the keys that changed and those that need a restart")
    func reload() throws {
        try withDaemon(config: "sessions:\n  max_users: 2\n") { daemon in
            #expect(try daemon.control("reload").output.contains("nothing has changed"))
            let text = "sessions:\n  max_users: 3\nrelay:\n  workers: 1\n"
            try Data(text.utf8).write(to: URL(fileURLWithPath: daemon.configFile))
            let report = try daemon.controlJSON("reload")
            #expect(report["is_applied"]?.bool == true)
            #expect(report["changed"]?.array == [.string("sessions.max_users")])
            #expect(report["needs_restart"]?.array == [.string("relay.workers")])
            let users = #"{"users": [{"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}]}"#
            #expect(try daemon.api.post(APIClient.sessions, users).status == 200)
        }
    }

    @Test("A reload of a broken file changes nothing, says where the error is, and fails")
    func brokenReload() throws {
        try withDaemon(config: "sessions:\n  max_users: 2\n") { daemon in
            let text = "sessions:\n  max_users: 3\n  max: many\n"
            try Data(text.utf8).write(to: URL(fileURLWithPath: daemon.configFile))
            let result = try daemon.control("reload")
            #expect(result.ending == .exited(1))
            #expect(result.output.contains("sessions.max") && result.output.contains(":3:"), "\(result.output)")
            let users = #"{"users": [{"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}]}"#
            #expect(try daemon.api.post(APIClient.sessions, users).status == 400)
        }
    }

    @Test("loglevel changes what is logged at once")
    func logLevel() throws {
        try withDaemon { daemon in
            _ = try daemon.api.getSession("nonsense")
            #expect(!daemon.log.contains(" debug "))
            let result = try daemon.control("loglevel", "debug")
            #expect(result.output.contains("debug (was info)"), "\(result.output)")
            _ = try daemon.api.getSession("nonsense")
            #expect(holds(within: .seconds(5)) { daemon.log.contains(" debug ") })
            #expect(try daemon.control("loglevel", "loud").ending == .exited(64))
        }
    }
}
