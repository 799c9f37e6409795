import Dispatch
import Foundation
import Glibc
import RelaySystem
import Synchronization
import Testing

@testable import causewayd

@Suite(.timeLimit(.minutes(1))) struct LogQueueTests {
    /// A destination that reads only when it is let.
    private final class Destination: Sendable {
        let gate = DispatchSemaphore(value: 0)
        let lines = Mutex<[String]>([])

        func write(_ line: String) {
            gate.wait()
            lines.withLock { $0.append(line) }
        }
    }

    @Test(
        "Whoever logs never waits for a destination that does not read; what found no room is counted and told in its place"
    )
    func stuck() {
        let queue = LogQueue(mostRecords: 10)
        let destination = Destination()
        queue.start { lost in destination.write("lost \(lost)") }
        queue.add(bytes: 1) { destination.write("first") }
        // The thread has it in hand, and waits.
        while queue.waitingCount > 0 { usleep(1_000) }
        let begin = ContinuousClock.now
        for number in 0..<10_000 { queue.add(bytes: 1) { destination.write("\(number)") } }
        #expect(ContinuousClock.now - begin < .seconds(20))
        #expect(queue.dropped == 9_990)
        queue.flush(milliseconds: 50)
        for _ in 0..<100 { destination.gate.signal() }
        queue.flush(milliseconds: 20_000)
        queue.add(bytes: 1) { destination.write("last") }
        queue.flush(milliseconds: 20_000)
        #expect(destination.lines.withLock { $0 } == ["first"] + (0..<10).map { "\($0)" } + ["lost 9990", "last"])
    }

    @Test("Memory is bounded too: a few huge records fill the queue")
    func bytes() {
        let queue = LogQueue(mostRecords: 1_000, mostBytes: 100)
        let destination = Destination()
        queue.start { _ in }
        queue.add(bytes: 1) { destination.write("first") }
        while queue.waitingCount > 0 { usleep(1_000) }
        for _ in 0..<10 { queue.add(bytes: 40) {} }
        #expect(queue.dropped == 8)
        for _ in 0..<10 { destination.gate.signal() }
    }

    @Test("Before the thread runs, whoever logs writes")
    func early() {
        let queue = LogQueue()
        let written = Mutex(false)
        queue.add(bytes: 1) { written.withLock { $0 = true } }
        #expect(written.withLock { $0 })
    }
}
