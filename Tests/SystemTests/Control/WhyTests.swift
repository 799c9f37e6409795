import Foundation
import Testing

/// A newcomer asks why a player does not get through.
@Suite(.showsLogOnFailure) struct WhyTests {
    @Test("Nobody came: no host yet")
    func nobody() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            #expect(try daemon.whyCodes(session.id).first == "nobody_came")
            let text = try daemon.control("why", session.id).output
            #expect(text.contains("\(session.serverPort)") && text.contains("\(session.clientPort)"), "\(text)")
            // The host and the ports that the API announces, ready to be pasted.
            for port in [session.serverPort, session.clientPort] {
                #expect(text.contains("causeway-bench probe --relay 127.0.0.1:\(port)"), "\(text)")
            }
        }
    }

    @Test("Exit status: 0 where all is well, 3 with a problem, 2 without such a user, 1 without such a session")
    func exitStatus() throws {
        try withDaemon { daemon in
            func status(_ arguments: String...) throws -> ProgramResult {
                try daemon.control(["why"] + arguments)
            }
            let session = try daemon.api.createSession()
            // Nobody need have come in the first ten seconds.
            let early = try status(session.id)
            #expect(early.ending == .exited(0), "\(early.output)")
            #expect(try status(session.id, "99").ending == .exited(2))
            #expect(try status("000000000000-S").ending == .exited(1))
            #expect(try status(session.id, "one").ending == .exited(64))
            let (host, client) = (try session.boundHost(), try session.boundClient())
            try daemon.api.removeUser(session.users[1].token, from: session)
            let late = try whilePinging(host, client) { try status(session.id, "2") }
            #expect(late.ending == .exited(3), "\(late.output)")
            #expect(try daemon.control("kick", session.id, "99").ending == .exited(2))
            #expect(try daemon.control("kick", session.id).ending == .exited(0))
            #expect(try daemon.control("kick", session.id, "1").ending == .exited(1))
        }
    }

    @Test("A session that nobody comes to becomes a problem after ten seconds")
    func overdue() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let becomesProblem = try holds(within: .seconds(30), every: .milliseconds(500)) {
                try daemon.control("why", session.id).ending == .exited(3)
            }
            #expect(becomesProblem)
            let age = try #require(try daemon.controlJSON("sessions", session.id)["session"]?["age"]?.number)
            #expect(age >= 10)
        }
    }

    @Test("All is well: host and player are good")
    func good() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let (host, client) = (try session.boundHost(), try session.boundClient())
            let codes = try whilePinging(host, client) { try daemon.whyCodes(session.id, "2") }
            #expect(codes == ["host_bound", "user_bound"])
        }
    }

    @Test("Players wait for a host, and a host that talks to the client port is suspected")
    func noHost() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let misled = try session.player(0, as: .client)
            try misled.ping(.valid)
            let codes = try whilePinging(misled) { try daemon.whyCodes(session.id, "1") }
            #expect(codes == ["no_host", "host_on_client_port", "user_bound"])
        }
    }

    @Test("The host is gone")
    func hostGone() throws {
        try withDaemon(["sessions.host_timeout=1s"]) { daemon in
            let session = try daemon.api.createSession()
            _ = try session.boundHost()
            let client = try session.boundClient()
            let isTold = try whilePinging(client) {
                try holds(within: .seconds(20), every: .milliseconds(100)) {
                    try daemon.whyCodes(session.id, "2") == ["host_silent", "user_bound"]
                }
            }
            #expect(isTold)
        }
    }

    @Test("A player at the server port: what is dropped of it is named")
    func wrongPort() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let misled = try session.player(1, as: .host)
            let text = try whilePinging(host, also: { try misled.data("hello", to: 1) }) {
                try daemon.control("why", session.id, "2").output
            }
            #expect(text.contains("Nothing valid of user 2 has arrived at the client port"), "\(text)")
            #expect(text.contains("DATA on the server port from a user who does not host"), "\(text)")
        }
    }

    @Test("A revoked token, and a user that never was")
    func revoked() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            try daemon.api.removeUser(session.users[1].token, from: session)
            #expect(try daemon.whyCodes(session.id, "2").last == "user_revoked")
            #expect(try daemon.whyCodes(session.id, "99").last == "no_such_user")
        }
    }

    @Test("A player at the server port is named where nobody asked for it in particular")
    func wrongPortWithoutNumber() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let misled = try session.player(1, as: .host)
            let text = try whilePinging(host, misled, also: { try misled.data("hello", to: 1) }) {
                try daemon.control("why", session.id).output
            }
            #expect(text.contains("User 2 talks to the server port \(session.serverPort) and does not host"), "\(text)")
            #expect(text.contains("players talk to \(session.clientPort)"), "\(text)")
        }
    }

    @Test("A revoked token that is still in use is told for the session, with whose it may be")
    func revokedInUse() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let (host, client) = (try session.boundHost(), try session.boundClient())
            try daemon.api.removeUser(session.users[1].token, from: session)
            let text = try whilePinging(host, client) { try daemon.control("why", session.id).output }
            #expect(text.contains("came with the session's token and a revoked user's"), "\(text)")
            #expect(text.contains("just now); user 2 was revoked."), "\(text)")
            #expect(text.contains("authorize a new user"), "\(text)")
        }
    }

    @Test("users shows each user's rate and link, and JSON all of it")
    func links() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let (host, client) = (try session.boundHost(), try session.boundClient())
            let isShown = try whilePinging(host, client) {
                try holds(within: .seconds(20), every: .milliseconds(200)) {
                    let users = try daemon.controlJSON("users", session.id).array ?? []
                    return users.count == 2
                        && users.allSatisfy {
                            $0["link"]?["jitter"]?.number != nil && ($0["rate"]?["datagrams"]?.int ?? 0) > 0
                                && ($0["usage"]?["bytes_from"]?.int ?? 0) > 0
                        }
                }
            }
            #expect(isShown)
            let text = try daemon.control("users", session.id).output
            #expect(text.contains("JITTER") && text.contains("MISSED") && text.contains(" ms"), "\(text)")
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 }, "\(text)")
        }
    }

    @Test("After a restart: the host that has not come back")
    func restarted() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            _ = try session.boundHost()
            // Who hosts reaches the disk a moment after the answer.
            let isKept = try holds(within: .seconds(10), every: .milliseconds(300)) {
                try daemon.killAndRestart()
                // The control socket opens a moment after the API is ready.
                _ = try holds(within: .seconds(10)) { try daemon.control("status").ending == .exited(0) }
                let codes = try daemon.whyCodes(session.id)
                if codes.first == "host_not_back" { return true }
                _ = try session.boundHost()
                return false
            }
            #expect(isKept)
        }
    }

    /// Keeps players alive twice a second, as their transports do, while the body runs.
    private func whilePinging<Value>(
        _ players: Player...,
        also more: (() throws -> Void)? = nil,
        _ body: () throws -> Value
    ) throws -> Value {
        let thread = StoppableThread {
            for player in players { try? player.ping() }
            try? more?()
            pause(.milliseconds(200))
        }
        defer { thread.stop() }
        return try body()
    }
}

/// Does something again and again until it is stopped.
final class StoppableThread: @unchecked Sendable {
    // Sendable holds: the flag is only touched under the lock, and `ended` is a semaphore.
    private let lock = NSLock()
    private var isStopped = false
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter work: nobody else may touch what it uses until `stop` has returned.
    init(_ work: @escaping () -> Void) {
        nonisolated(unsafe) let work = work  // Only the new thread calls it.
        Thread.detachNewThread { [self] in
            while !lock.withLock({ isStopped }) { work() }
            ended.signal()
        }
    }

    func stop() {
        lock.withLock { isStopped = true }
        ended.wait()
    }
}
