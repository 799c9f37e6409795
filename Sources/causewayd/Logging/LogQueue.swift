import Dispatch
import Glibc
import LinuxIO
import Synchronization

/// What is on its way to the log. One thread writes it, so that a destination that does not read (a pipe, the journal) stops
/// that thread and nobody else. What finds no room is dropped and counted, and the log says so once it is read again.
final class LogQueue: Sendable {
    /// The process's own.
    static let shared = LogQueue()

    private struct Item {
        let bytes: Int
        let write: @Sendable () -> Void
    }

    private struct State {
        var waiting: [Item] = []
        var waitingBytes = 0
        var isWriting = false
        var isStarted = false
        var dropped: UInt64 = 0
        var unreported: UInt64 = 0
        var report: @Sendable (UInt64) -> Void = { _ in }
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let mostRecords: Int
    private let mostBytes: Int

    /// - Parameters:
    ///   - mostRecords: that wait at once.
    ///   - mostBytes: of these.
    init(mostRecords: Int = 8_192, mostBytes: Int = 4 << 20) {
        self.mostRecords = mostRecords
        self.mostBytes = mostBytes
    }

    /// Records that found no room, in all.
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// Records that nobody has begun to write.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Starts the thread. Before, and where there can be no thread, whoever logs writes.
    /// - Parameter report: writes a record about so many lost ones; called on the thread.
    func start(report: @escaping @Sendable (UInt64) -> Void) {
        let isFirst = state.withLock { state in
            state.report = report
            defer { state.isStarted = true }
            return !state.isStarted
        }
        guard isFirst else { return }
        do {
            try Thread.start(name: "log") { [self] in
                while true { writeWaiting() }
            }
        } catch {
            state.withLock { $0.isStarted = false }
        }
    }

    /// Has a record written. Never waits once the thread runs.
    /// - Parameter bytes: how much memory it takes, about.
    func add(bytes: Int, _ write: @escaping @Sendable () -> Void) {
        enum Outcome { case queued, dropped, mine }
        let outcome = state.withLock { state -> Outcome in
            guard state.isStarted else { return .mine }
            guard state.waiting.count < mostRecords, state.waitingBytes + bytes <= mostBytes else {
                state.dropped += 1
                state.unreported += 1
                return .dropped
            }
            state.waiting.append(Item(bytes: bytes, write: write))
            state.waitingBytes += bytes
            return .queued
        }
        switch outcome {
        case .queued: available.signal()
        case .dropped: break
        case .mine: write()
        }
    }

    /// Waits until everything is written, or for so long.
    func flush(milliseconds: Int) {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while ContinuousClock.now < deadline {
            if state.withLock({ $0.waiting.isEmpty && !$0.isWriting }) { return }
            // The thread needs the moment, and there is nobody else left to serve.
            usleep(1_000)
        }
    }

    private func writeWaiting() {
        available.wait()
        // What was dropped meanwhile came behind these.
        let (items, lost, report) = state.withLock { state in
            defer {
                state.waiting = []
                state.waitingBytes = 0
                state.unreported = 0
                state.isWriting = true
            }
            return (state.waiting, state.unreported, state.report)
        }
        for item in items { item.write() }
        if lost > 0 { report(lost) }
        state.withLock { $0.isWriting = false }
    }
}
