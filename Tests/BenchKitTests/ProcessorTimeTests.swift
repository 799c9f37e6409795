import Glibc
import Testing

@testable import BenchKit

@Suite("Processor time")
struct ProcessorTimeTests {
    @Test("A process that works is seen to work, about as long as it did")
    func work() throws {
        let before = try #require(ProcessorTime.ofProcess(getpid()))
        let start = MonotonicClock.ofThread()
        var word: UInt64 = 1
        while MonotonicClock.ofThread() - start < 50_000_000 { word = Mixer.mix(word &+ 1) }
        let after = try #require(ProcessorTime.ofProcess(getpid()))
        #expect(word != 0)
        // Other tests of this process add to it.
        #expect(after - before >= 50_000_000)
    }

    @Test("Where there is no process there is no time", arguments: [0, -1, Int32.max])
    func none(process: Int32) {
        #expect(ProcessorTime.ofProcess(process) == nil)
    }
}
