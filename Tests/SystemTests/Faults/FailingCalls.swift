import Foundation
import Glibc
import Testing

/// strace attached to a running daemon, making system calls of it fail.
final class FailingCalls {
    /// Why it cannot be used here; `nil` where it can.
    static let obstacle: String? = {
        guard let probe = try? runProgram("/usr/bin/strace", ["-f", "-e", "trace=none", "/bin/true"]) else {
            return "strace is not installed: scripts/install-packages test"
        }
        return probe.succeeded ? nil : "ptrace is not permitted here: \(probe.output)"
    }()

    private let strace: ChildProcess
    private let scratch: ScratchDirectory

    /// - Parameter injections: as in `sendmmsg:error=ENOBUFS:when=3+5`.
    init(of daemon: TestDaemon, _ injections: String...) throws {
        scratch = try ScratchDirectory()
        let pid = try #require(daemon.process?.pid)
        let calls = injections.map { $0.prefix { $0 != ":" } }.joined(separator: ",")
        strace = try ChildProcess(
            "/usr/bin/strace",
            ["-f", "-p", "\(pid)", "-o", scratch.path("calls"), "-e", "trace=\(calls)"]
                + injections.flatMap { ["-e", "inject=\($0)"] },
            environment: baseEnvironment,
            outputFile: scratch.path("strace")
        )
        // Every thread there is has a tracer: calls fail from here on.
        let isAttached = holds(within: .seconds(20)) { Self.tracers(pid).allSatisfy { $0 == strace.pid } }
        try #require(isAttached, "strace does not attach: \(strace.output)")
    }

    /// Lets the daemon go on undisturbed.
    func end() {
        strace.signal(SIGINT)
        _ = strace.wait(within: .seconds(20))
    }

    /// How many calls were made to fail.
    var count: Int {
        let text = String(
            decoding: FileManager.default.contents(atPath: scratch.path("calls")) ?? Data(),
            as: UTF8.self
        )
        return text.split(separator: "\n").count { $0.contains("(INJECTED)") }
    }

    private static func tracers(_ pid: pid_t) -> [pid_t] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return tasks.map { task in
            let status = (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
            return line.flatMap { $0.split(separator: "\t").last }.flatMap { pid_t($0) } ?? 0
        }
    }
}
