import Dispatch
import Foundation
import Synchronization
import Testing

/// Runs a test against a daemon of its own; afterwards it must stop cleanly and have logged no secret.
func withDaemon(
    _ settings: [String] = [],
    config: String? = nil,
    dev: Bool = true,
    environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (TestDaemon) throws -> Void
) throws {
    let options = TestDaemon.Options(settings: settings, config: config, dev: dev, environment: environment)
    let failures = FailureCount()
    daemonsAtOnce.wait()
    defer { daemonsAtOnce.signal() }
    try FailureCount.$current.withValue(failures) {
        let daemon = try TestDaemon(options)
        try daemon.start()
        do {
            try body(daemon)
        } catch is ExpectationFailedError {
            // A failed requirement has been recorded where it stands.
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
        daemon.stop(sourceLocation: sourceLocation)
        expectNoSecrets(in: daemon, sourceLocation: sourceLocation)
        if failures.count > 0 {
            Attachment.record(daemon.log, named: "causewayd.log", sourceLocation: sourceLocation)
            print("\(sourceLocation): \(daemon.logTail)")
        }
    }
}

/// Keeps machines with many cores from running as many daemons: the tests' timing suffers from it.
private let daemonsAtOnce = DispatchSemaphore(value: 4)

/// Counts the failures of one test, so that the daemon's log is shown when there were any.
final class FailureCount: Sendable {
    @TaskLocal static var current: FailureCount?

    private let failures = Mutex(0)

    var count: Int { failures.withLock { $0 } }

    func increment() {
        failures.withLock { $0 += 1 }
    }
}

extension Trait where Self == IssueHandlingTrait {
    /// Shows the daemon's log of tests that fail.
    static var showsLogOnFailure: Self {
        .filterIssues { _ in
            FailureCount.current?.increment()
            return true
        }
    }
}
