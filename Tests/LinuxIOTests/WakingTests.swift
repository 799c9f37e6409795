import Foundation
import Glibc
import LinuxIO
import Testing

@Suite("Waiting and waking")
struct WakingTests {
    @Test("A signal wakes whoever waits, and stays until it is cleared")
    func event() throws {
        let epoll = try Epoll()
        let event = try EventDescriptor()
        try epoll.add(event.number, tag: .max)
        #expect(try epoll.wait(timeout: 0) == 0)
        event.signal()
        event.signal()
        for _ in 0..<2 {
            #expect(try epoll.wait(timeout: 1_000) == 1)
            #expect(epoll.tag(at: 0) == .max)
        }
        event.clear()
        #expect(try epoll.wait(timeout: 0) == 0)
        event.clear()
    }

    @Test("A closed descriptor is not waited for any more")
    func closed() throws {
        let epoll = try Epoll()
        do {
            let event = try EventDescriptor()
            try epoll.add(event.number, tag: 7)
            event.signal()
        }
        #expect(try epoll.wait(timeout: 0) == 0)
    }

    @Test("Waiting for what is no descriptor names the call")
    func failure() throws {
        let epoll = try Epoll()
        let error = #expect(throws: SystemCallError.self) { try epoll.add(-1, tag: 1) }
        #expect(error == SystemCallError("epoll_ctl", code: EBADF))
    }

    @Test("The clock does not run backwards, and mapped memory is zero")
    func clockAndMemory() throws {
        var last = MonotonicClock.milliseconds()
        for _ in 0..<10_000 {
            let now = MonotonicClock.milliseconds()
            #expect(now >= last)
            last = now
        }
        let region = try MemoryFile(name: "test", byteCount: 1 << 20)
        let bytes = UnsafeRawBufferPointer(start: region.base, count: region.byteCount)
        #expect(stride(from: 0, to: bytes.count, by: 511).allSatisfy { bytes[$0] == 0 })
        #expect(throws: SystemCallError("mmap", code: EINVAL)) { _ = try MemoryFile(name: "test", byteCount: 0) }
    }

    @Test("A thread has the name it was given and runs where it was pinned")
    func threads() async throws {
        let processor = Affinity.allowedProcessors()[0]
        let ran: (String, [Int], Bool) = await withCheckedContinuation { continuation in
            do {
                try Thread.start(name: "probe-7") {
                    // The name is given by whoever started the thread, a moment later.
                    var text = ""
                    for _ in 0..<6_000 where text != "probe-7\n" {
                        text = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
                        usleep(5_000)
                    }
                    let isPinned = (try? Affinity.pinCurrentThread(to: processor)) != nil
                    continuation.resume(returning: (text, Affinity.allowedProcessors(), isPinned))
                }
            } catch {
                continuation.resume(returning: ("\(error)", [], false))
            }
        }
        #expect(ran.0 == "probe-7\n")
        #expect(ran.1 == [processor])
        #expect(ran.2)
        #expect(throws: SystemCallError("sched_setaffinity", code: EINVAL)) {
            try Affinity.pinCurrentThread(to: 1_000_000)
        }
    }
}
