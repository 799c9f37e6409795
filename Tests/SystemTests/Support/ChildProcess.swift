import Foundation
import Glibc
import Testing

/// A program started with explicit arguments and environment, its output in one file, handled by pid only.
final class ChildProcess {
    /// How a program ended.
    enum Ending: Equatable, CustomStringConvertible {
        case exited(Int32)
        case signaled(Int32)

        var description: String {
            switch self {
            case .exited(let status): "exit status \(status)"
            case .signaled(let signal): "killed by signal \(signal)"
            }
        }
    }

    struct SpawnError: Error, CustomStringConvertible {
        var description: String
    }

    let pid: pid_t
    /// Holds standard output and standard error, in the order of writing.
    let outputFile: String
    private var ending: Ending?

    init(_ executable: String, _ arguments: [String], environment: [String: String], outputFile: String) throws {
        self.outputFile = outputFile
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)

        // The test runner may block or ignore signals; the program must meet them in their default state.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let argv = ([executable] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for string in argv + envp { free(string) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, executable, &actions, &attributes, argv, envp)
        guard result == 0 else {
            throw SpawnError(description: "cannot start \(executable): \(String(cString: strerror(result)))")
        }
        self.pid = pid
    }

    deinit {
        if poll() == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    /// Everything the program has written so far.
    var output: String {
        String(decoding: FileManager.default.contents(atPath: outputFile) ?? Data(), as: UTF8.self)
    }

    func signal(_ number: Int32) {
        if ending == nil { kill(pid, number) }
    }

    /// The ending, if the program has ended by now.
    func poll() -> Ending? {
        if let ending { return ending }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        let signal = status & 0x7f
        ending = signal == 0 ? .exited((status >> 8) & 0xff) : .signaled(signal)
        return ending
    }

    /// Waits for the end of the program; nil when it still runs after the limit.
    func wait(within limit: Duration) -> Ending? {
        _ = holds(within: limit, every: .milliseconds(5)) { poll() != nil }
        return ending
    }
}

/// What a finished program left behind.
struct ProgramResult {
    var ending: ChildProcess.Ending
    var output: String

    var succeeded: Bool { ending == .exited(0) }
}

/// Runs a program to its end; kills it after the limit and throws.
func runProgram(
    _ executable: String,
    _ arguments: [String],
    environment: [String: String] = [:],
    within limit: Duration = .seconds(20)
) throws -> ProgramResult {
    let scratch = try ScratchDirectory()
    let child = try ChildProcess(
        executable,
        arguments,
        environment: baseEnvironment.merging(environment) { $1 },
        outputFile: scratch.path("output")
    )
    guard let ending = child.wait(within: limit) else {
        throw ChildProcess.SpawnError(
            description: "\(executable) \(arguments) still runs after \(limit); output:\n\(child.output)"
        )
    }
    return ProgramResult(ending: ending, output: child.output)
}

/// The environment every program starts with: nothing of Causeway's own, so that a test says all it sets.
let baseEnvironment: [String: String] = {
    let inherited = ProcessInfo.processInfo.environment
    var environment = ["SWIFT_BACKTRACE": "enable=no"]
    for name in ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR"] {
        environment[name] = inherited[name]
    }
    return environment
}()
