import Foundation
import Glibc
import Testing

/// How the daemon starts, refuses to start, and ends.
@Suite(.showsLogOnFailure) struct StartAndStopTests {
    @Test("run refuses to start without a key and says what to do")
    func withoutKeys() throws {
        let scratch = try ScratchDirectory()
        let result = try runProgram(
            Executables.causewayd,
            ["run", "--config", try scratch.write("causeway.yaml", ""), "--set", "relay.address=127.0.0.1"]
                + ["--set", "state.directory=\(scratch.path("state"))"]
        )
        #expect(!result.succeeded)
        #expect(result.output.contains("api.keys"), "\(result.output)")
        #expect(result.output.contains("new-key"), "\(result.output)")
    }

    @Test("run refuses to start without relay.address unless --dev, and names it")
    func withoutAddress() throws {
        let scratch = try ScratchDirectory()
        let hash = String(repeating: "0f", count: 32)
        let file = try scratch.write(
            "causeway.yaml",
            "api:\n  keys:\n    - {name: a, sha256: \(hash), scopes: [read]}\n"
        )
        let result = try runProgram(
            Executables.causewayd,
            ["run", "--config", file, "--set", "state.directory=\(scratch.path("state"))"]
        )
        #expect(!result.succeeded)
        #expect(result.output.contains("relay.address"), "\(result.output)")
    }

    @Test("A taken API port is a clear error that names it")
    func takenAPIPort() throws {
        let port = try FreePorts.take()[0]
        let other = try Socket(AF_INET, SOCK_STREAM)
        try other.bind(SocketAddress("127.0.0.1", port))
        try other.listen()
        try expectRefusal(["api.listen=127.0.0.1:\(port)"], naming: "\(port)")
    }

    @Test("A taken relay port is a clear error that names it")
    func takenRelayPort() throws {
        let pair = try FreePorts.take(2)
        for taken in pair {
            let other = try Socket(AF_INET6, SOCK_DGRAM)
            try other.bind(SocketAddress("::", taken))
            try expectRefusal(["relay.ports.shared=\(pair[0])/\(pair[1])"], naming: "\(taken)")
        }
    }

    @Test("A second daemon on the same state directory is refused")
    func secondDaemon() throws {
        try withDaemon { daemon in
            try expectRefusal(["state.directory=\(daemon.scratch.path("state"))"], naming: "state")
            _ = try daemon.api.createSession()
        }
    }

    @Test(
        "SIGTERM and SIGINT end it cleanly, idle or with sessions and open connections",
        arguments: [SIGTERM, SIGINT]
    )
    func signals(signal: Int32) throws {
        let daemon = try TestDaemon(.init())
        try daemon.start()
        daemon.stop(signal: signal)
        try daemon.start()
        let api = daemon.api
        let session = try api.createSession()
        _ = try session.boundHost()
        let silent = try Socket(daemon.apiAddress.family, SOCK_STREAM)
        try silent.connect(daemon.apiAddress)
        try silent.send(Array("GET /v1/ip HT".utf8)[...])
        daemon.stop(signal: signal)
        expectNoSecrets(in: daemon)
    }

    @Test("SIGTERM during the start ends it too")
    func earlySignal() throws {
        for delay in [5, 30, 80] {
            let daemon = try TestDaemon(.init())
            try daemon.start(awaitReady: false)
            pause(.milliseconds(delay))
            daemon.signal(SIGTERM)
            let ending = daemon.process?.wait(within: .seconds(20))
            #expect(ending == .exited(0) || ending == .signaled(SIGTERM), "\(String(describing: ending))")
            daemon.kill()
        }
    }

    @Test("A damaged database is refused with its name and what to do, never with a crash")
    func damagedDatabase() throws {
        let daemon = try TestDaemon(.init())
        try daemon.start()
        _ = try daemon.api.createSession()
        daemon.stop()
        let folder = URL(fileURLWithPath: daemon.scratch.path("state"))
        var damaged: [String] = []
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        for file in files {
            guard var bytes = try? Data(contentsOf: file), bytes.starts(with: Data("SQLite format 3".utf8)) else {
                continue
            }
            bytes.replaceSubrange(0..<min(4_096, bytes.count), with: Data(repeating: 0x5a, count: 4_096))
            try bytes.write(to: file)
            damaged.append(file.lastPathComponent)
        }
        try #require(!damaged.isEmpty, "there is a SQLite database in \(folder.path)")
        try daemon.start(awaitReady: false)
        let ending = daemon.process?.wait(within: .seconds(20))
        guard case .exited(let status) = ending, status != 0 else {
            Issue.record("it must refuse to start: \(String(describing: ending))\n\(daemon.logTail)")
            return
        }
        #expect(damaged.contains { daemon.log.contains($0) }, "\(daemon.logTail)")
        #expect(!daemon.log.contains("Fatal error"))
    }

    @Test("--dev prints the API address and a curl line that creates a session when pasted, key from the environment")
    func printedCurl() throws {
        try withDaemon { daemon in
            try expectPrintedCurlWorks(daemon, environment: ["CAUSEWAY_DEV_KEY": daemon.key])
        }
    }

    @Test("--dev without a key in the environment makes one, prints it, and its curl line works as it stands")
    func printedKey() throws {
        let daemon = try TestDaemon(.init(givesKey: false))
        try daemon.start()
        try expectPrintedCurlWorks(daemon, environment: [:])
        #expect(try daemon.api(authorization: "token guess").get(APIClient.sessions).status == 401)
        daemon.stop()
    }

    @Test("--dev refuses an API listener beyond loopback")
    func devLoopbackOnly() throws {
        let port = try FreePorts.take()[0]
        let daemon = try TestDaemon(.init(settings: ["api.listen=0.0.0.0:\(port)"]))
        try daemon.start(awaitReady: false)
        defer { daemon.kill() }
        // Either it does not start, or it listens on loopback alone.
        pause(.seconds(1))
        let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
        let hexPort = String(port, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: 4 - hexPort.count) + hexPort
        #expect(!table.contains("00000000:\(padded) 00000000:0000 0A"), "it listens on every address")
    }

    private func expectPrintedCurlWorks(_ daemon: TestDaemon, environment: [String: String]) throws {
        #expect(holds(within: .seconds(20)) { daemon.log.contains("curl") })
        #expect(daemon.log.contains("\(daemon.apiAddress)"), "the API address is printed")
        let command = try #require(Self.curl(in: daemon.log), "\(daemon.logTail)")
        let result = try runProgram("/bin/sh", ["-c", command], environment: environment)
        #expect(result.succeeded, "\(command)\n\(result.output)")
        let start = try #require(result.output.firstIndex(of: "{"), "\(command)\n\(result.output)")
        let end = try #require(result.output.lastIndex(of: "}"))
        let session = try RelaySession(JSON.parse(result.output[start...end].utf8))
        try session.boundHost().ping(.valid)
    }

    /// The printed command with its continuation lines.
    private static func curl(in log: String) -> String? {
        let lines = log.components(separatedBy: "\n")
        guard let first = lines.firstIndex(where: { $0.contains("curl ") }) else { return nil }
        var command = [String(lines[first][lines[first].range(of: "curl ")!.lowerBound...])]
        while command.last!.hasSuffix("\\"), first + command.count < lines.count {
            command.append(lines[first + command.count])
        }
        return command.joined(separator: "\n")
    }

    private func expectRefusal(
        _ settings: [String],
        naming word: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let daemon = try TestDaemon(.init(settings: settings))
        try daemon.start(awaitReady: false)
        defer { daemon.kill() }
        let ending = daemon.process?.wait(within: .seconds(20))
        var refused = false
        if case .exited(let status) = ending { refused = status != 0 }
        #expect(refused, "\(String(describing: ending)); \(daemon.logTail)", sourceLocation: sourceLocation)
        #expect(daemon.log.contains(word), "\(daemon.logTail)", sourceLocation: sourceLocation)
        #expect(!daemon.log.contains("Fatal error"), sourceLocation: sourceLocation)
    }
}
