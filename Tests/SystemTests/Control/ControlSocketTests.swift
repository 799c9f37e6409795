import Foundation
import Glibc
import Testing

/// Who may use the control socket.
@Suite(.showsLogOnFailure) struct ControlSocketTests {
    @Test("Owner and group may use the socket, nobody else; it goes away with the daemon")
    func mode() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path("control.sock")
        try withDaemon(["control.socket=\(path)"]) { daemon in
            var status = stat()
            #expect(lstat(path, &status) == 0)
            #expect(status.st_mode & S_IFMT == S_IFSOCK)
            #expect(status.st_mode & 0o777 == 0o660)
            #expect(try runProgram(Executables.control, ["status", "--socket", path]).succeeded)
            let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path("."))
            #expect(left == ["control.sock"], "nothing else is left in its directory")
            daemon.stop()
            #expect(lstat(path, &status) != 0)
        }
    }

    @Test("The socket of a dead daemon is replaced")
    func stale() throws {
        try withDaemon { daemon in
            try daemon.killAndRestart()
            #expect(try daemon.control("status").succeeded)
        }
    }

    @Test("A second daemon on a live daemon's socket says so, and the first serves on")
    func taken() throws {
        try withDaemon { daemon in
            let second = try TestDaemon(.init(settings: ["control.socket=\(daemon.controlSocket)"]))
            try second.start(awaitReady: false)
            #expect(second.process?.wait(within: .seconds(20)) == .exited(1))
            #expect(
                second.log.contains("control.socket") && second.log.contains(daemon.controlSocket),
                "\(second.logTail)"
            )
            #expect(try daemon.control("status").succeeded)
        }
    }

    @Test("No other listener has the calls of the control socket")
    func elsewhere() throws {
        let ports = try FreePorts.take(2)
        try withDaemon(["metrics.listen=127.0.0.1:\(ports[0])", "lobbies.listen=127.0.0.1:\(ports[1])"]) { daemon in
            try expectElsewhereNothing(daemon, ports)
        }
    }

    private func expectElsewhereNothing(_ daemon: TestDaemon, _ ports: [UInt16]) throws {
        for path in ["/control/status", "/control/sessions", "/control/drain", "/control/reload"] {
            #expect(try daemon.api.get(path).status == 404)
            #expect(try daemon.api.post(path, "{}").status == 404)
            for port in ports {
                let answer = try HTTPConnection(SocketAddress("127.0.0.1", port)).request("GET", path)
                #expect(answer.status == 404)
            }
        }
        #expect(try daemon.controlJSON("status")["phase"]?.string == "serving")
    }

    @Test("Who may not write to the socket's file is told so", .enabled(if: geteuid() == 0, "needs another user"))
    func forbidden() throws {
        let scratch = try ScratchDirectory()
        #expect(chmod(scratch.path("."), 0o755) == 0)
        let path = scratch.path("control.sock")
        let tool = scratch.path("causewayctl")
        try FileManager.default.copyItem(atPath: Executables.control, toPath: tool)
        try withDaemon(["control.socket=\(path)"]) { daemon in
            var result = try asNobody(tool, "status", "--socket", path)
            // A child that another test starts may hold the copy open for writing until it runs its own program: ETXTBSY.
            for _ in 0..<100 where result.ending == .exited(126) {
                pause(.milliseconds(100))
                result = try asNobody(tool, "status", "--socket", path)
            }
            #expect(result.ending == .exited(1))
            #expect(result.output.contains("permission denied") && result.output.contains(path), "\(result.output)")
        }
    }

    private func asNobody(_ command: String...) throws -> ProgramResult {
        try runProgram("/usr/bin/setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups"] + command)
    }
}
