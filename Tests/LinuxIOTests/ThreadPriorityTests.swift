import Foundation
import LinuxIO
import Synchronization
import Testing

@Suite("Threads that give way")
struct ThreadPriorityTests {
    /// A thread that says who it is and waits.
    private final class Sleeper: Sendable {
        let number = Atomic<UInt32>(0)
        private let isDone = Atomic<Bool>(false)

        init(name: String) throws {
            try LinuxIO.Thread.start(name: name) { [self] in
                let number =
                    UInt32(
                        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))?
                            .split(separator: "/").last ?? ""
                    ) ?? 0
                self.number.store(number, ordering: .releasing)
                while !isDone.load(ordering: .acquiring) { usleep(1_000) }
            }
            for _ in 0..<5_000 where number.load(ordering: .acquiring) == 0 { usleep(1_000) }
        }

        func end() { isDone.store(true, ordering: .releasing) }
    }

    @Test("Threads of the name stay as they are, all others become nicer")
    func giveWay() throws {
        let (keeps, gives) = (try Sleeper(name: "keeps-1"), try Sleeper(name: "gives-1"))
        defer {
            keeps.end()
            gives.end()
        }
        let (keeping, giving) = (keeps.number.load(ordering: .acquiring), gives.number.load(ordering: .acquiring))
        #expect(ThreadPriority.name(of: keeping) == "keeps-1")
        ThreadPriority.giveWay(toThreadsNamed: "keeps-")
        #expect(ThreadPriority.niceness(ofThread: keeping) == 0)
        #expect(ThreadPriority.niceness(ofThread: giving) == 10)
    }
}
