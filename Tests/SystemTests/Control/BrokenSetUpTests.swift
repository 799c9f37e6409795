import Foundation
import Testing

/// Set-ups as newcomers break them, with real datagrams: `causewayctl why` alone has to name the cause, and say what to change.
/// Codes are the promise; of the words only what nobody can do without, ports and key words, is asked for.
@Suite(.showsLogOnFailure) struct BrokenSetUpTests {
    /// What `why` answered.
    private struct Answer {
        var codes: Set<String>
        var text: String

        func has(_ code: String) -> Bool { codes.contains(code) }
        func says(_ words: Any...) -> Bool {
            words.allSatisfy { text.lowercased().contains("\($0)".lowercased()) }
        }
    }

    /// Asks again and again, while the transports go on as they would, until the answer holds what it must.
    private func expectAnswer(
        _ daemon: TestDaemon,
        _ arguments: [String],
        while playing: () throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ isRight: (Answer) -> Bool
    ) throws {
        var last = Answer(codes: [], text: "")
        let isTold = try holds(within: .seconds(20), every: .milliseconds(200)) {
            try playing()
            let findings = try daemon.whyFindings(arguments)
            let text = try daemon.control(["why"] + arguments).output
            last = Answer(codes: Set(findings.compactMap { $0["code"]?.string }), text: text)
            return isRight(last)
        }
        #expect(isTold, "\(last.codes.sorted())\n\(last.text)", sourceLocation: sourceLocation)
    }

    @Test("The host's transport is given the client port")
    func hostAtClientPort() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let (misled, player) = (try session.player(0, as: .client), try session.player(1, as: .client))
            try expectAnswer(daemon, [session.id, "1"]) {
                for one in [misled, player] {
                    try one.ping()
                    try one.data("hello")
                }
            } _: { answer in
                answer.has("no_host") && answer.has("host_on_client_port")
                    && answer.says("host", session.serverPort, session.clientPort)
            }
        }
    }

    @Test("A player's transport is given the server port, while the host is there")
    func playerAtServerPort() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let (host, misled) = (try session.boundHost(), try session.player(1, as: .host))
            try expectAnswer(daemon, [session.id, "2"]) {
                try host.ping()
                try misled.ping()
                try misled.data("hello", to: 1)
            } _: { answer in
                answer.has("host_bound") && answer.has("user_on_server_port")
                    && (answer.has("dropped_not_host") || answer.has("dropped_wrong_port"))
                    && answer.says("server port", session.clientPort)
            }
        }
    }

    @Test("A player's transport is given the server port, and takes the host's role before the host comes")
    func playerHosts() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let (misled, host) = (try session.player(1, as: .host), try session.player(0, as: .host))
            try misled.ping(.valid)
            try expectAnswer(daemon, [session.id]) {
                try misled.ping()
                try host.ping()
                try host.data("hello", to: 2)
            } _: { answer in
                answer.has("unexpected_host") && answer.says("user 2", session.serverPort, session.clientPort)
            }
        }
    }

    @Test("A player goes on with tokens that were revoked")
    func revokedPlayer() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let (host, player) = (try session.boundHost(), try session.boundClient())
            try daemon.api.removeUser(session.users[1].token, from: session)
            try expectAnswer(daemon, [session.id, "2"]) {
                try host.ping()
                try player.ping()
                try player.data("hello")
            } _: { answer in
                answer.has("user_revoked") && answer.says("user 2", "revoked", "token")
            }
        }
    }

    @Test("A player's two tokens changed places, whichever worker that sends it to", arguments: [1, 4])
    func swappedTokens(workers: Int) throws {
        try withDaemon(["relay.workers=\(workers)"]) { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 4))
            let host = try session.boundHost()
            let right = try session.boundClient()
            let swapped = try session.users[2...].map { user in
                try session.player(Credentials(user: session.token, session: user.token), as: .client)
            }
            try expectAnswer(daemon, [session.id]) {
                for one in [host, right] + swapped { try one.ping() }
                for one in swapped { try one.data("hello") }
            } _: { answer in
                answer.has("tokens_swapped")
                    && answer.says("user 3's two tokens", "user 4's two tokens", "change them round")
                    && !answer.has("user_never_heard") && !answer.says("user 2's two tokens")
            }
            let users = try #require(try daemon.controlJSON("users", session.id).array)
            #expect(users.map { ($0["swapped_tokens"]?.int ?? 0) > 0 } == [false, false, true, true])
        }
    }

    @Test("The host's two tokens changed places before anybody came")
    func swappedHost() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let user = session.users[0]
            let swapped = try session.player(Credentials(user: session.token, session: user.token), as: .host)
            try expectAnswer(daemon, [session.id, "1"]) {
                try swapped.ping()
            } _: { answer in
                answer.codes.isSuperset(of: ["nobody_came", "tokens_swapped"]) && !answer.says("firewall")
            }
        }
    }

    @Test("The host's process is gone while a player plays on")
    func hostProcessGone() throws {
        try withDaemon(["sessions.host_timeout=1s"]) { daemon in
            let session = try daemon.api.createSession()
            let player = try session.boundClient()
            // Its socket is closed with it, as by the kernel when a process dies.
            try session.boundHost().data("hello", to: 2)
            try expectAnswer(daemon, [session.id, "2"]) {
                try player.ping()
                try player.data("hello")
            } _: { answer in
                answer.has("host_silent") && answer.has("user_bound") && answer.says("host", session.serverPort)
            }
        }
    }
}
