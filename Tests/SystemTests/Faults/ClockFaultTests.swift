import Foundation
import Testing

/// Somebody sets the clock.
@Suite(.showsLogOnFailure, .serialized) struct ClockFaultTests {
    @Test(
        "Sessions, lobbies and webhooks end and wait as long as they should, whichever way the clock is set",
        .enabled(if: library != nil, "libfaketime is not installed: scripts/install-packages test"),
        arguments: ["+5y", "-5y", "+1h", "-1h"]
    )
    func jump(by offset: String) throws {
        let scratch = try ScratchDirectory()
        let clock = try scratch.write("clock", "+0s\n")
        let receiver = try WebhookReceiver { $0 < 3 ? .status(503) : .status(200) }
        defer { receiver.stop() }
        let environment = [
            "LD_PRELOAD": try #require(Self.library), "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]
        // The library adds a variable to the environment, and thereby moves what Swift finds its arguments by. Through env
        // it has done so before the daemon begins.
        let settings = ["sessions.idle_timeout=6s"]
        try withDaemon(settings, environment: environment, launcher: "/usr/bin/env") { daemon in
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
            // Offsets forwards by more than a day would end the wait for a webhook's receiver: it is a day long.
            _ = try api.createSession(extra: offset == "+5y" ? "" : webhook)
            if offset != "+5y" { try #require(receiver.waitForRequests(1)) }
            let silent = try api.createSession()
            try silent.boundClient().ping(.valid)

            let steady = ContinuousClock()
            let lastHeard = steady.now
            _ = try scratch.write("clock", offset + "\n")
            try expectJumped(daemon, offset)
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
            if offset != "+5y" { #expect(receiver.waitForRequests(4, within: .seconds(60)), "the webhook arrives") }
            try game.goesOn()
            let score = game.end()
            figure("clock \(offset): ended after \(lived) of 6 s; \(score.lost) of \(score.sent) datagrams lost")
        }
    }

    /// The daemon's log tells its time of day.
    private func expectJumped(_ daemon: TestDaemon, _ offset: String) throws {
        let before = daemon.log.count
        _ = try daemon.api.createSession()
        _ = try daemon.api.remove(try daemon.api.createSession())
        var year = ""
        let isThere = holds(within: .seconds(20)) {
            let line = daemon.log.dropFirst(before).split(separator: "\n").first { $0.contains("session ended") }
            year = line.map { String($0.prefix(13)) } ?? ""
            return line != nil
        }
        #expect(isThere)
        let sign = offset.hasPrefix("+") ? 1 : -1
        let amount = offset.hasSuffix("y") ? 5.0 * 365.25 * 86_400 : 3_600
        let expected = Date(timeIntervalSinceNow: Double(sign) * amount)
        let format = DateFormatter()
        format.dateFormat = "yyyy-MM-dd'T'HH"
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.locale = Locale(identifier: "en_US_POSIX")
        let seen = try #require(format.date(from: year), "no time in \(year)")
        // The format cuts the minutes off, and faketime's years have 365 days.
        let tolerance: Double = amount == 3_600 ? 3_600 : 7 * 86_400
        let middle = expected.addingTimeInterval(amount == 3_600 ? -1_800 : 0)
        #expect(abs(seen.timeIntervalSince(middle)) < tolerance / 2 + 60, "the clock jumped to \(year)")
    }

    private static let library: String? = {
        for machine in ["x86_64", "aarch64"] {
            let path = "/usr/lib/\(machine)-linux-gnu/faketime/libfaketime.so.1"
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        return nil
    }()
}
