import Foundation
import Glibc
import Testing

/// What a service manager sees: readiness, and lines with a priority. A socket of the test stands in for it.
@Suite(.showsLogOnFailure) struct ServiceManagerTests {
    @Test("READY is said once every configured listener takes connections, and not before", arguments: 0..<3)
    func ready(round: Int) throws {
        let scratch = try ScratchDirectory()
        let manager = try Socket(AF_UNIX, SOCK_DGRAM)
        try manager.bind(SocketAddress(unixPath: scratch.path("notify")))
        let ports = try FreePorts.take(2)
        let control = scratch.path("control.sock")
        let daemon = try TestDaemon(
            .init(
                settings: [
                    "metrics.listen=127.0.0.1:\(ports[0])", "lobbies.listen=127.0.0.1:\(ports[1])",
                    "control.socket=\(control)",
                ],
                environment: ["NOTIFY_SOCKET": scratch.path("notify")]
            )
        )
        try daemon.start(awaitReady: false)
        var isReady = false
        while !isReady, try manager.waitReadable(within: .seconds(20)) {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = recv(manager.descriptor, &bytes, bytes.count, 0)
            isReady = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).contains("READY=1")
        }
        #expect(isReady, "\(daemon.logTail)")
        let listeners = [
            daemon.apiAddress, SocketAddress("127.0.0.1", ports[0]), SocketAddress("127.0.0.1", ports[1]),
            SocketAddress(unixPath: control),
        ]
        for address in listeners {
            #expect(throws: Never.self, "\(address)") { try Socket(address.family, SOCK_STREAM).connect(address) }
        }
        daemon.stop()
        expectNoSecrets(in: daemon)
    }

    @Test(
        "Whatever ends the daemon is a line of priority error in the journal, before and after the log is set up",
        arguments: ["log.level: loud\n", "geoip.database: /nonexistent\n", "relay.bind: 203.0.113.9\n"]
    )
    func fatalLines(text: String) throws {
        let scratch = try ScratchDirectory()
        let ports = try FreePorts.take(3)
        let file = try scratch.write(
            "causeway.yaml",
            "relay.address: 203.0.113.7\n\(BrokenPremises.key)state.directory: \(scratch.path("state"))\n"
                + "relay.ports.shared: \(ports[0])/\(ports[1])\napi.listen: 127.0.0.1:\(ports[2])\n\(text)"
        )
        for command in ["run", "check-config"] {
            let log = try scratch.write("log-\(command)", "")
            var status = stat()
            #expect(stat(log, &status) == 0)
            // Says that standard error is the journal (systemd.exec(5)).
            let stream = ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"]
            let child = try ChildProcess(
                Executables.causewayd,
                [command, "--config", file],
                environment: baseEnvironment.merging(stream) { $1 },
                outputFile: log
            )
            #expect(child.wait(within: .seconds(20)) == .exited(1))
            let lines = child.output.split(separator: "\n").filter { !$0.hasPrefix("<4>warning: ") }
            #expect(lines.count == 1 && lines[0].hasPrefix("<3>\(file):"), "\(command): \(child.output)")
        }
    }

    @Test("A wrong option is a line of priority error too")
    func usage() throws {
        let scratch = try ScratchDirectory()
        let log = try scratch.write("log", "")
        var status = stat()
        #expect(stat(log, &status) == 0)
        let child = try ChildProcess(
            Executables.causewayd,
            ["run", "--no-such-option"],
            environment: baseEnvironment.merging(["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"]) { $1 },
            outputFile: log
        )
        _ = child.wait(within: .seconds(20))
        #expect(child.output.split(separator: "\n").allSatisfy { $0.hasPrefix("<3>") }, "\(child.output)")
    }

    @Test("A stop at any moment is quiet: no error, and none of the framework's words", arguments: ["debug", "info"])
    func quietStop(level: String) throws {
        for delay in [60, 120, 180, 250, 400] {
            let daemon = try TestDaemon(.init(settings: ["log.level=\(level)"]))
            try daemon.start(awaitReady: false)
            pause(.milliseconds(delay))
            // A request that will never be complete, and an open connection.
            let silent = try Socket(daemon.apiAddress.family, SOCK_STREAM)
            if (try? silent.connect(daemon.apiAddress)) != nil {
                _ = try? silent.send(Array("GET /v1/ip HT".utf8)[...])
            }
            daemon.signal(SIGTERM)
            let ending = daemon.process?.wait(within: .seconds(20))
            #expect(
                ending == .exited(0) || ending == .signaled(SIGTERM),
                "\(String(describing: ending))\n\(daemon.logTail)"
            )
            for noise in ["CancellationError", "ServiceGroupError", " error ", " critical ", "errno"] {
                #expect(!daemon.log.contains(noise), "after \(delay) ms: \(daemon.logTail)")
            }
            daemon.kill()
        }
    }

    @Test("Too few open files are named once, at the start and by each session that finds no socket")
    func descriptors() throws {
        let scratch = try ScratchDirectory()
        let ports = try FreePorts.take(1)
        let common = [
            "run", "--dev", "--set", "api.listen=127.0.0.1:\(ports[0])", "--set",
            "state.directory=\(scratch.path("state"))",
            "--set", "relay.workers=1", "--set", "log.format=text",
        ]
        func limited(_ files: Int, _ settings: [String]) throws -> ChildProcess {
            try ChildProcess(
                "/bin/sh",
                ["-c", "ulimit -n \(files) && exec \"$0\" \"$@\"", Executables.causewayd] + common
                    + settings.flatMap { ["--set", $0] },
                environment: baseEnvironment.merging(["CAUSEWAY_DEV_KEY": "key-of-this-test"]) { $1 },
                outputFile: scratch.path("log-\(files)")
            )
        }
        let tooFew = try limited(20, ["relay.ports.shared=0/0"])
        #expect(tooFew.wait(within: .seconds(20)) == .exited(1))
        #expect(tooFew.output.components(separatedBy: "may open only 20 files").count == 2, "\(tooFew.output)")
        #expect(!tooFew.output.contains("Fatal error"), "\(tooFew.output)")

        let range = try FreePorts.take(200)
        let tight = try limited(
            80,
            ["relay.ports.dedicated=\(range[0])-\(range[0] + 199)", "limits.api_connections=2"]
        )
        let api = APIClient(
            SocketAddress("127.0.0.1", ports[0]),
            authorization: "token key-of-this-test",
            secrets: SecretCollector()
        )
        #expect(holds(within: .seconds(20)) { (try? api.get("/readyz").status) == 200 }, "\(tight.output)")
        let answers = try (0..<40).map { _ in try api.post(APIClient.sessions, #"{"users": [{"ip": "1.1.1.1"}]}"#) }
        let refusals = answers.filter { $0.status == 503 }
        #expect(
            !refusals.isEmpty && refusals.allSatisfy { $0.text.contains("raise LimitNOFILE=") },
            "\(answers.last!.text)"
        )
        tight.signal(SIGTERM)
        #expect(tight.wait(within: .seconds(20)) == .exited(0))
        let told = tight.output.split(separator: "\n").filter { $0.contains("no more files can be opened") }
        #expect(told.count == 1, "\(tight.output)")
    }
}
