import Foundation
import Testing

/// causewayctl looks at a running relay.
@Suite(.showsLogOnFailure) struct LookingTests {
    @Test("status tells the version, the sessions and why datagrams are dropped")
    func status() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let stranger = try session.player(Credentials(user: 5, session: 6), as: .client)
            try stranger.ping(.invalid)
            let status = try daemon.controlJSON("status")
            #expect(status["phase"]?.string == "serving")
            #expect(status["sessions"]?.int == 1)
            #expect(status["users"]?.int == session.users.count)
            #expect(status["process_id"]?.int == daemon.process.map { Int($0.pid) })
            #expect(status["rates"]?["received_datagrams"]?.number != nil)
            let drop = try #require(status["drops"]?.array?.first)
            #expect(drop["reason"]?.string == "unknown_session")
            #expect(drop["count"]?.int == 1)
            let text = try daemon.control("status").output
            #expect(text.contains("unknown_session") && text.contains(drop["meaning"]?.string ?? "?"), "\(text)")
        }
    }

    @Test("causewayctl and causewayd are of the same version")
    func version() throws {
        let daemon = try runProgram(Executables.causewayd, ["version"]).output
        let tool = try runProgram(Executables.control, ["--version"]).output
        #expect(tool.split(separator: " ").last == daemon.split(separator: " ").last)
    }

    @Test("sessions lists them newest first, and one with its users")
    func sessions() throws {
        try withDaemon { daemon in
            let first = try daemon.api.createSession()
            let second = try daemon.api.createSession()
            _ = try second.boundHost()
            let list = try daemon.controlJSON("sessions")
            #expect(list["total"]?.int == 2)
            #expect(list["sessions"]?.array?.compactMap { $0["id"]?.string } == [second.id, first.id])
            #expect(list["sessions"]?[0]?["host"]?.int == 1)
            #expect(list["sessions"]?[1]?["is_used"]?.bool == false)
            let page = try daemon.control("sessions", "--limit", "1", "--page", "2")
            #expect(page.output.contains(first.id) && !page.output.contains(second.id), "\(page.output)")
            let ids = try daemon.control("sessions", "--ids").output
            #expect(ids.split(separator: "\n").map(String.init) == [second.id, first.id])
            let one = try daemon.control("sessions", second.id).output
            #expect(one.contains("\(second.serverPort)") && one.contains("user 1 from 127.0.0.1"), "\(one)")
        }
    }

    @Test("A session that is played comes before newer ones that nobody uses, at the socket and in the overview")
    func playedFirst() throws {
        try withDaemon { daemon in
            let game = try daemon.api.createSession()
            let (host, client) = (try game.boundHost(), try game.boundClient())
            for _ in 0..<120 { _ = try daemon.api.createSession() }
            try host.ping()
            try client.ping()
            let newest = try daemon.controlJSON("sessions", "--limit", "100")
            #expect(newest["sessions"]?.array?.contains { $0["id"]?.string == game.id } == false)
            let first = try daemon.controlJSON("sessions", "--limit", "100", "--played-first")
            #expect(first["sessions"]?[0]?["id"]?.string == game.id)
            #expect(first["total"]?.int == 121)
        }
    }

    @Test("users tells who hosts and who plays from where")
    func users() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["127.0.0.1", "127.0.0.1", "127.0.0.1"])
            let host = try session.boundHost()
            let client = try session.boundClient()
            let users = try #require(try daemon.controlJSON("users", session.id).array)
            #expect(users.count == session.users.count)
            #expect(users[0]["is_host"]?.bool == true)
            #expect(users[0]["endpoint"]?.string == "127.0.0.1:\(host.socket.port)")
            #expect(users[1]["is_host"]?.bool == false)
            #expect(users[1]["endpoint"]?.string == "127.0.0.1:\(client.socket.port)")
            #expect(users[1]["silence"]?.int != nil)
            #expect(users[2]["endpoint"] == nil && users[2]["silence"] == nil)
            #expect(users.map { $0["standing"]?.string } == ["gets_through", "gets_through", "not_heard"])
            #expect(users.map { $0["number"]?.int } == (1...users.count).map { $0 })
        }
    }

    @Test("top prints a line a second where nobody looks at a screen")
    func top() throws {
        try withDaemon { daemon in
            let lines = try daemon.control("top", "--count", "2").output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.allSatisfy { $0.contains("sessions=0") && $0.contains("in=0/s") })
            let objects = try daemon.control("top", "--count", "1", "--json").output.split(separator: "\n")
            #expect(objects.count == 1)
            #expect(try JSON.parse(objects[0].utf8)["rates"] != nil)
        }
    }

    @Test("What is not there is told in words, with exit status 1")
    func errors() throws {
        try withDaemon { daemon in
            for command in [["sessions"], ["users"], ["why"], ["kick"]] {
                let result = try runProgram(
                    Executables.control,
                    command + ["nonsense", "--socket", daemon.controlSocket]
                )
                #expect(result.ending == .exited(1))
                #expect(result.output.contains("no such session"), "\(result.output)")
            }
            let nowhere = try runProgram(Executables.control, ["status", "--socket", daemon.scratch.path("none.sock")])
            #expect(nowhere.ending == .exited(1))
            #expect(nowhere.output.contains("none.sock") && nowhere.output.contains("running"), "\(nowhere.output)")
        }
    }
}
