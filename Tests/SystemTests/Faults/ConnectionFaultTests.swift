import Foundation
import Glibc
import Testing

/// Clients of the API that use up what there is of it.
@Suite(.showsLogOnFailure, .serialized) struct ConnectionFaultTests {
    @Test("Without descriptors games lose nothing, the daemon does not spin, and it accepts again once there are some")
    func descriptors() throws {
        try withDaemon { daemon in
            let game = try Game(try daemon.api.createSession())
            let pid = try #require(daemon.process?.pid)
            let used = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
            let limited = try runProgram("/usr/bin/prlimit", ["--pid", "\(pid)", "--nofile=\(used + 4):4096"])
            try #require(limited.succeeded, "\(limited.output)")
            var idle = try (0..<30).map { _ in try connection(daemon) }
            #expect(holds(within: .seconds(20)) { daemon.log.contains("cannot accept connections") })
            try game.goesOn()
            let score = game.end()

            let clock = ContinuousClock()
            let start = (clock.now, try processorTime(pid))
            pause(.seconds(3))
            let share = (try processorTime(pid) - start.1) / ((clock.now - start.0) / .seconds(1))
            // A loop on accept would take a core, or what others leave of it.
            #expect(share < 0.2, "it takes \(share) of a core to wait for descriptors")

            idle.removeAll()
            #expect(
                holds(within: .seconds(30)) {
                    (try? HTTPConnection(daemon.apiAddress).request("GET", "/livez").status) == 200
                }
            )
            figure("no descriptors: \(score.lost) of \(score.sent) datagrams lost, \(share) of a core while waiting")
        }
    }

    @Test("Hundreds of slow, dripping and huge requests keep neither a good client nor a game waiting")
    func slow() throws {
        // All come from one address here, more than one has a share for.
        try withDaemon(["limits.connections_per_source=1000"]) { daemon in
            let game = try Game(try daemon.api.createSession())
            let head = "POST \(APIClient.sessions) HTTP/1.1\r\nHost: x\r\nAuthorization: token \(daemon.key)\r\n"
            let starts = ["GET /livez HTTP/1.1\r\nX-Slow: ", head + "Content-Length: 60000\r\n\r\n{"]
            let drips = try (0..<300).map { index in
                let socket = try connection(daemon)
                try socket.send(Array(starts[index % 2].utf8)[...])
                return socket
            }
            let huge = HTTPConnection(daemon.apiAddress)
            var answered = 0
            for round in 0..<20 {
                // What the daemon has cut off by now cannot be sent to any more: that is its right.
                for socket in drips { _ = try? socket.send([UInt8(ascii: "a")]) }
                let body = [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20)
                let refused = try huge.request(
                    "POST",
                    APIClient.sessions,
                    headers: [("Authorization", "token \(daemon.key)")],
                    body: round % 5 == 0 ? body : []
                )
                #expect([400, 413].contains(refused.status), "\(refused.text)")
                _ = try daemon.api.createSession()
                answered += 1
                pause(.milliseconds(100))
            }
            let score = game.end()
            figure("slow requests: \(answered) good calls answered, \(score.lost) of \(score.sent) datagrams lost")
        }
    }

    @Test("When slow requests hold every allowed connection, a good client takes the place of the oldest")
    func allConnectionsHeld() throws {
        try withDaemon(["limits.api_connections=16"]) { daemon in
            let game = try Game(try daemon.api.createSession())
            let slow = try (0..<64).map { _ in
                let socket = try connection(daemon)
                try socket.send(Array("GET /livez HTTP/1.1\r\nX-Slow: ".utf8)[...])
                return socket
            }
            // They have ten seconds each for their headers, and one before others may have their places.
            let isAnswered = holds(within: .seconds(8)) {
                (try? HTTPConnection(daemon.apiAddress).request("GET", "/livez").status) == 200
            }
            #expect(isAnswered)
            #expect(slow.count == 64)
            game.end()
        }
    }

    private func connection(_ daemon: TestDaemon) throws -> Socket {
        let socket = try Socket(daemon.apiAddress.family, SOCK_STREAM)
        try socket.connect(daemon.apiAddress)
        return socket
    }

    /// Seconds of processor time that a process has used.
    private func processorTime(_ pid: pid_t) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        // utime and stime, proc(5); the first field here is the third there.
        let ticks = try #require(Double(fields[11])) + #require(Double(fields[12]))
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
