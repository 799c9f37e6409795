import Foundation
import Glibc
import TestDisk
import Testing

/// The state directory's disk is full, read-only, broken or damaged, and the games do not notice.
@Suite(.showsLogOnFailure, .serialized) struct DiskFaultTests {
    @Test(
        "On a full disk new sessions are 503 with words, revokes hold, games lose nothing, and room is noticed by itself",
        .enabled(if: SmallDisk.obstacle == nil, Comment(rawValue: SmallDisk.obstacle ?? ""))
    )
    func full() throws {
        let disk = SmallDisk(megabytes: 48)
        try withDaemon(["state.directory=\(disk.path)/state"]) { daemon in
            let api = daemon.api
            let session = try api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            let game = try Game(session)
            disk.fill(leaving: 256)
            var made: [RelaySession] = []
            var refusal: HTTPResponse?
            let users = Array(repeating: #"{"ip": "127.0.0.1"}"#, count: 60).joined(separator: ",")
            for _ in 0..<2_000 where refusal == nil {
                let answer = try api.post(APIClient.sessions, #"{"users": [\#(users)]}"#)
                if answer.status == 200 { made.append(try RelaySession(answer.json())) } else { refusal = answer }
            }
            expectError(try #require(refusal), 503, naming: "full")
            try game.goesOn()
            let revoked = try session.boundClient(2)
            try api.removeUser(session.users[2].token, from: session)
            try revoked.data("still there?")
            try revoked.ping(.invalid)
            try revoked.expectNothing()
            try api.remove(made[0])
            try game.goesOn()
            disk.empty()
            let recovered = try holds(within: .seconds(30)) {
                try api.post(APIClient.sessions, #"{"users": [{"ip": "127.0.0.1"}]}"#).status == 200
            }
            #expect(recovered, "room is noticed without a restart")
            let score = game.end()
            try daemon.killAndRestart()
            let now = try RelaySession(daemon.api.getSession(session.id).json())
            #expect(now.users == Array(session.users.prefix(2)))
            #expect(try daemon.api.getSession(made[0].id).status == 404)
            for other in made.dropFirst() { #expect(try daemon.api.getSession(other.id).json() == other.json) }
            figure("full disk: \(made.count) created, then 503; \(score.lost) of \(score.sent) datagrams lost")
        }
    }

    @Test(
        "While the disk reports errors calls are 503 with words, a revoke cuts off at once, and becomes durable later",
        .enabled(if: FailingCalls.obstacle == nil, Comment(rawValue: FailingCalls.obstacle ?? ""))
    )
    func errors() throws {
        try withDaemon { daemon in
            let api = daemon.api
            let session = try api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            let game = try Game(session)
            let revoked = try session.boundClient(2)
            let fault = try FailingCalls(of: daemon, "pwrite64:error=EIO", "fdatasync:error=EIO", "fsync:error=EIO")
            expectError(try api.post(APIClient.sessions, #"{"users": [{"ip": "127.0.0.1"}]}"#), 503, naming: "disk")
            expectError(try api.revoke(session.id, token: "\(session.users[2].token)"), 503, naming: "cut off now")
            try revoked.data("still there?")
            try revoked.ping(.invalid)
            try revoked.expectNothing()
            try game.goesOn()
            fault.end()
            let isSettled = try holds(within: .seconds(120), every: .milliseconds(200)) {
                try daemon.metrics().sum("causeway_unsettled_removals") == 0
            }
            #expect(isSettled, "the revoke becomes durable by itself")
            let isBack = try holds(within: .seconds(30), every: .milliseconds(200)) {
                try api.post(APIClient.sessions, #"{"users": [{"ip": "127.0.0.1"}]}"#).status == 200
            }
            #expect(isBack)
            let score = game.end()
            try daemon.killAndRestart()
            let now = try RelaySession(daemon.api.getSession(session.id).json())
            #expect(now.users == Array(session.users.prefix(2)))
            figure("disk errors: \(score.lost) of \(score.sent) datagrams lost")
        }
    }

    @Test("A limit on file sizes is an error of the calls that reach it, and no end of the games")
    func fileSize() throws {
        try withDaemon { daemon in
            let api = daemon.api
            let session = try api.createSession()
            let game = try Game(session)
            let pid = try #require(daemon.process?.pid)
            func limit(_ size: String) throws {
                let result = try runProgram("/usr/bin/prlimit", ["--pid", "\(pid)", "--fsize=\(size):unlimited"])
                try #require(result.succeeded, "\(result.output)")
            }
            try limit("4096")
            expectError(try api.post(APIClient.sessions, #"{"users": [{"ip": "127.0.0.1"}]}"#), 503, naming: "disk")
            try game.goesOn()
            try limit("unlimited")
            let isBack = try holds(within: .seconds(30), every: .milliseconds(200)) {
                try api.post(APIClient.sessions, #"{"users": [{"ip": "127.0.0.1"}]}"#).status == 200
            }
            #expect(isBack)
            game.end()
            try daemon.killAndRestart()
            #expect(try daemon.api.getSession(session.id).json() == session.json)
        }
    }

    @Test("A database that is overwritten while it is open costs the games nothing, and the next start refuses it")
    func damaged() throws {
        let daemon = try TestDaemon(.init())
        try daemon.start()
        let api = daemon.api
        let session = try api.createSession()
        let game = try Game(session)
        for name in ["causeway.db", "causeway.db-wal"] {
            let file = open(daemon.scratch.path("state/\(name)"), O_WRONLY | O_CLOEXEC)
            try #require(file >= 0)
            let noise = [UInt8](repeating: 0x5a, count: 1 << 20)
            #expect(pwrite(file, noise, noise.count, 0) == noise.count)
            close(file)
        }
        for _ in 0..<20 {
            let answer = try api.post(APIClient.sessions, #"{"users": [{"ip": "127.0.0.1"}]}"#)
            #expect([200, 503].contains(answer.status), "\(answer.text)")
            if answer.status == 503 { #expect(answer.text.contains("causeway.db"), "\(answer.text)") }
        }
        try game.goesOn()
        let score = game.end()
        daemon.kill()
        try expectRefusal(daemon, naming: "causeway.db")
        figure("overwritten database: \(score.lost) of \(score.sent) datagrams lost")
    }

    @Test(
        "A read-only state directory is refused at the start, with its name",
        .enabled(if: SmallDisk.obstacle == nil, Comment(rawValue: SmallDisk.obstacle ?? ""))
    )
    func readOnly() throws {
        let disk = SmallDisk(megabytes: 48)
        let daemon = try TestDaemon(.init(settings: ["state.directory=\(disk.path)/state"]))
        try daemon.start()
        let session = try daemon.api.createSession()
        daemon.stop()
        try #require(disk.remount(readOnly: true))
        try expectRefusal(daemon, naming: "\(disk.path)/state")
        try #require(disk.remount(readOnly: false))
        try daemon.start()
        #expect(try daemon.api.getSession(session.id).json() == session.json)
        daemon.stop()
    }

    private func expectRefusal(_ daemon: TestDaemon, naming word: String) throws {
        try daemon.start(awaitReady: false)
        let ending = daemon.process?.wait(within: .seconds(30))
        guard case .exited(let status) = ending, status != 0 else {
            Issue.record("it must refuse to start: \(String(describing: ending))\n\(daemon.logTail)")
            daemon.kill()
            return
        }
        let last = daemon.log.split(separator: "\n").last.map(String.init) ?? ""
        #expect(last.contains(word), "\(daemon.logTail)")
        #expect(!daemon.log.contains("Fatal error"))
    }
}
