import Foundation
import Glibc
import Testing

/// A drain that one can wait for.
@Suite(.showsLogOnFailure) struct DrainTests {
    @Test("drain --until stops the daemon when few enough sessions are left, and what is left is served after a start")
    func until() throws {
        try withDaemon { daemon in
            let first = try daemon.api.createSession()
            let second = try daemon.api.createSession()
            let host = try second.boundHost()
            let drain = try start(daemon, "drain", "--until", "1")
            #expect(holds(within: .seconds(10)) { drain.output.contains("2 sessions left") })
            expectError(
                try daemon.api.post(APIClient.sessions, #"{"users": [{"ip": "1.1.1.1"}]}"#),
                503,
                naming: "drain"
            )
            let ready = try daemon.api(authorization: nil).get("/readyz")
            #expect(ready.status == 503 && ready.text.contains("draining"), "\(ready.text)")
            #expect(try daemon.controlJSON("status")["drain"]?["until"]?.int == 1)
            try host.ping(.valid)
            #expect(drain.poll() == nil, "it waits")
            try daemon.api.remove(first)
            #expect(daemon.process?.wait(within: .seconds(20)) == .exited(0))
            #expect(drain.wait(within: .seconds(20)) == .exited(0))
            #expect(drain.output.contains("stopped with 1 session left"), "\(drain.output)")
            try daemon.start()
            #expect(try daemon.api.getSession(second.id).status == 200)
        }
    }

    @Test("drain --deadline stops the daemon whatever is left")
    func deadline() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let result = try daemon.control("drain", "--deadline", "1s")
            #expect(result.succeeded, "\(result.output)")
            #expect(result.output.contains("stopped with 1 session left"), "\(result.output)")
            #expect(daemon.process?.wait(within: .seconds(20)) == .exited(0))
            #expect(daemon.log.contains("deadline"))
            try daemon.start()
            #expect(try daemon.api.getSession(session.id).status == 200)
        }
    }

    @Test("drain --no-wait returns at once, and --undo calls the drain off for those who wait too")
    func undo() throws {
        try withDaemon { daemon in
            _ = try daemon.api.createSession()
            #expect(try daemon.control("drain", "--undo").ending == .exited(1), "nothing to undo")
            #expect(try daemon.controlJSON("drain", "--no-wait")["sessions"]?.int == 1)
            let waiting = try start(daemon, "drain")
            #expect(holds(within: .seconds(10)) { waiting.output.contains("1 session left") })
            #expect(try daemon.control("drain", "--undo").succeeded)
            #expect(waiting.wait(within: .seconds(20)) == .exited(1))
            #expect(waiting.output.contains("called off"), "\(waiting.output)")
            _ = try daemon.api.createSession()
            #expect(try daemon.api(authorization: nil).get("/readyz").status == 200)
        }
    }

    private func start(_ daemon: TestDaemon, _ arguments: String...) throws -> ChildProcess {
        try ChildProcess(
            Executables.control,
            arguments,
            environment: baseEnvironment.merging(["CAUSEWAY_CONTROL": daemon.controlSocket]) { $1 },
            outputFile: daemon.scratch.path("drain-\(UUID().uuidString)")
        )
    }
}
