import Foundation
import Testing

/// Somebody sets the clock.
@Suite(.showsLogOnFailure, .serialized) struct ClockFaultTests {
    private static let hour = 3_600
    private static let years = 5 * 365 * 24 * hour

    @Test(
        "Sessions, lobbies and webhooks end and wait as long as they should, whichever way the clock is set",
        .enabled(if: compiler != nil, "there is no C compiler for the clock that can be set"),
        arguments: [hour, -hour, years, -years]
    )
    func jump(by seconds: Int) throws {
        let scratch = try ScratchDirectory()
        let shift = try scratch.write("shift", "0")
        let library = scratch.path("clock.so")
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/shifted-clock.c"
        let compiler = try #require(Self.compiler)
        let made = try runProgram(compiler, ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"])
        try #require(made.succeeded, "\(made.output)")
        let receiver = try WebhookReceiver { $0 < 3 ? .status(503) : .status(200) }
        defer { receiver.stop() }
        let environment = ["LD_PRELOAD": library, "CLOCK_SHIFT_FILE": shift]
        try withDaemon(["sessions.idle_timeout=6s"], environment: environment) { daemon in
            let api = daemon.api
            let game = try Game(try api.createSession())
            for (path, status) in [("/v1/lobbies", 200), ("/v1/lobbies:deploy", 202)] {
                #expect(try api.post(path, #"{"name": "game"}"#).status == status)
            }
            let lobby = try api.post(
                "/l/game/lobbies",
                #"{"name": "room", "capacity": 4, "is_joinable": true, "player": {"id": "host"}}"#
            )
            #expect(lobby.status == 200, "\(lobby.text)")
            let webhook = #", "webhook_url": "\#(receiver.url)""#
            // Webhooks are given up after a day, and after years forward that is what the clock says.
            let isOwed = seconds < 24 * Self.hour
            _ = try api.createSession(extra: isOwed ? webhook : "")
            if isOwed { try #require(receiver.waitForRequests(1)) }
            let silent = try api.createSession()
            try silent.boundClient().ping(.valid)

            let steady = ContinuousClock()
            let lastHeard = steady.now
            _ = try scratch.write("shift", "\(seconds)")
            try expectJumped(daemon, seconds)
            // Lobbies are swept once a second.
            pause(.seconds(2))
            let isAlive = try api.getSession(silent.id).status == 200
            // On a machine that took longer than the timeout for this there is nothing to be seen.
            if steady.now - lastHeard < .seconds(5) { #expect(isAlive, "a session ended early") }
            let ended = try holds(within: .seconds(40), every: .milliseconds(100)) {
                try api.getSession(silent.id).status == 404
            }
            let lived = steady.now - lastHeard
            #expect(ended, "a session did not end")
            let lobbies = try api.get("/l/game/lobbies")
            #expect(lobbies.text.contains(#""room""#), "the lobby lives on: \(lobbies.text)")
            if isOwed { #expect(receiver.waitForRequests(4, within: .seconds(60)), "the webhook arrives") }
            try game.goesOn()
            let score = game.end()
            figure(
                "clock set by \(seconds) s: ended after \(lived) of 6 s; \(score.lost) of \(score.sent) datagrams lost"
            )
        }
    }

    /// The daemon's log tells its time of day.
    private func expectJumped(_ daemon: TestDaemon, _ seconds: Int) throws {
        let before = daemon.log.count
        try daemon.api.remove(try daemon.api.createSession())
        func line() -> Substring? {
            daemon.log.dropFirst(before).split(separator: "\n").first { $0.contains("session ended") }
        }
        try #require(holds(within: .seconds(20)) { line() != nil })
        // 2026-11-24T16:43:58.626Z
        let text = String(try #require(line()).prefix(19)) + "Z"
        let seen = try #require(ISO8601DateFormatter().date(from: text), "no time in \(text)")
        #expect(abs(seen.timeIntervalSinceNow - Double(seconds)) < 300, "the clock was set, and is \(text)")
    }

    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/opt/swift/usr/bin/clang"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}
