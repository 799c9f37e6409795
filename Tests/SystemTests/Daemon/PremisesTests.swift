import Foundation
import Glibc
import Testing

/// What the configuration names outside of itself is opened by `check-config` as by `run`, and both say the same.
@Suite(.showsLogOnFailure) struct PremisesTests {
    /// nobody's number on Debian.
    private static let nobody = "65534"

    @Test("check-config and run refuse the same in the same words", arguments: BrokenPremises.rows)
    func rows(row: BrokenPremises) throws {
        if row.isUnprivileged, geteuid() != 0 { return }
        let scratch = try ScratchDirectory()
        chmod(scratch.root, 0o755)
        let ports = try FreePorts.take(3)
        var text = "relay.address: 203.0.113.7\n" + (row.hasKeys ? BrokenPremises.key : "")
        let lines = try row.prepare(scratch)
        if !lines.contains("state.directory:") {
            try FileManager.default.createDirectory(atPath: scratch.path("state"), withIntermediateDirectories: false)
            chmod(scratch.path("state"), 0o777)
            text += "state.directory: \(scratch.path("state"))\n"
        }
        if !lines.contains("relay.ports") { text += "relay.ports.shared: \(ports[0])/\(ports[1])\n" }
        text += "api.listen: 127.0.0.1:\(ports[2])\n\(lines)"
        let file = try scratch.write("causeway.yaml", text)
        chmod(file, 0o644)
        func run(_ command: String) throws -> ProgramResult {
            let arguments = [command, "--config", file]
            let environment = row.environment(scratch).merging(["CAUSEWAY_LOG_FORMAT": "text"]) { $1 }
            guard row.isUnprivileged else {
                return try runProgram(Executables.causewayd, arguments, environment: environment)
            }
            let user = ["--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups", Executables.causewayd]
            return try runProgram("/usr/bin/setpriv", user + arguments, environment: environment)
        }
        let (check, start) = (try run("check-config"), try run("run"))
        #expect(check.ending == .exited(1), "\(check.output)")
        #expect(start.ending == .exited(1), "\(start.output)")
        let problems = Self.problems(check.output)
        #expect(problems.contains { line in row.words.allSatisfy { line.contains($0) } }, "\(check.output)")
        #expect(Self.problems(start.output) == problems, "\(start.output)")
        for output in [check.output, start.output] {
            for noise in ["errno", "Error(", "BoringSSL", "NIOSSL", "CancellationError", "Fatal"] {
                #expect(!output.contains(noise), "\(output)")
            }
        }
    }

    @Test(
        "A port that another process has is a warning of check-config that names it, and the end of run",
        arguments: [0, 1, 2]
    )
    func heldPorts(which: Int) throws {
        let scratch = try ScratchDirectory()
        let ports = try FreePorts.take(3)
        let other = try Socket(AF_INET, which == 2 ? SOCK_STREAM : SOCK_DGRAM)
        try other.bind(SocketAddress("127.0.0.1", ports[which]))
        if which == 2 { try other.listen() }
        let file = try scratch.write("causeway.yaml", try Self.config(scratch, ports))
        let check = try runProgram(Executables.causewayd, ["check-config", "--config", file])
        let start = try runProgram(
            Executables.causewayd,
            ["run", "--config", file],
            environment: ["CAUSEWAY_LOG_FORMAT": "text"]
        )
        #expect(check.succeeded, "\(check.output)")
        let lines = check.output.split(separator: "\n").filter { $0.hasPrefix("warning: ") && $0.contains("in use") }
        #expect(lines.count == 1 && lines[0].contains("process \(getpid()) ("), "\(check.output)")
        #expect(start.ending == .exited(1), "\(start.output)")
        #expect(Self.problems(start.output) == lines.map { String($0.dropFirst("warning: ".count)) }, "\(start.output)")
    }

    @Test("What this configuration's own daemon has is neither an error nor a warning")
    func ownDaemon() throws {
        let scratch = try ScratchDirectory()
        let ports = try FreePorts.take(3)
        let file = try scratch.write("causeway.yaml", try Self.config(scratch, ports))
        let daemon = try ChildProcess(
            Executables.causewayd,
            ["run", "--config", file],
            environment: baseEnvironment,
            outputFile: scratch.path("log")
        )
        let probe = HTTPConnection(SocketAddress("127.0.0.1", ports[2]))
        #expect(
            holds(within: .seconds(20)) { (try? probe.request("GET", "/readyz"))?.status == 200 },
            "\(daemon.output)"
        )
        let check = try runProgram(Executables.causewayd, ["check-config", "--config", file])
        #expect(check.succeeded && !check.output.contains("in use"), "\(check.output)")
        let second = try runProgram(
            Executables.causewayd,
            ["run", "--config", file],
            environment: ["CAUSEWAY_LOG_FORMAT": "text"]
        )
        #expect(
            second.output.contains("process \(daemon.pid), the relay that runs with this configuration"),
            "\(second.output)"
        )
        daemon.signal(SIGTERM)
        #expect(daemon.wait(within: .seconds(20)) == .exited(0))
    }

    private static func config(_ scratch: ScratchDirectory, _ ports: [UInt16]) throws -> String {
        "relay.address: 203.0.113.7\n\(BrokenPremises.key)state.directory: \(scratch.path("state"))\n"
            + "relay.ports.shared: \(ports[0])/\(ports[1])\napi.listen: 127.0.0.1:\(ports[2])\n"
    }

    /// The lines about what is wrong, without time and level, sorted.
    private static func problems(_ output: String) -> [String] {
        output.split(separator: "\n").compactMap { line -> String? in
            let words = String(line.firstMatch(of: /\scritical\s/).map { line[$0.range.upperBound...] } ?? line)
            return words.contains("causeway.yaml") ? words : nil
        }.filter { !$0.hasPrefix("warning: ") && !$0.hasSuffix(": good") }.sorted()
    }
}
