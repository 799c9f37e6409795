import AllocationCounter
import Foundation

/// Runs datagrams through the data plane and fails where it allocates for any of them. A release build is meant: without the
/// optimiser every closure is a box.
@main
struct AllocationCheck {
    static func main() async throws {
        try checkCounter()
        let engine = EngineCheck.run()
        print("engine: \(engine.allocations) allocations in \(EngineCheck.datagrams) datagrams")
        print("        dropped or held, answered, forwarded: \(engine.verdicts)")
        let plane = try await PlaneCheck.run()
        print(
            "worker: \(plane.allocations) allocations, \(plane.forwarded) of \(PlaneCheck.datagrams) datagrams came through"
        )
        let isBusy = engine.verdicts.allSatisfy { $0 > 10_000 } && plane.forwarded > PlaneCheck.datagrams / 2
        guard isBusy else { fail("too few datagrams were forwarded, answered or dropped to mean anything") }
        guard engine.allocations == 0, plane.allocations == 0 else { fail("the data plane allocates") }
    }

    /// Counting nothing would always pass.
    private static func checkCounter() throws {
        let before = allocation_counter_here()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 24, alignment: 8)
        memory.deallocate()
        guard allocation_counter_here() >= before + 2 else { fail("allocations are not counted") }
    }

    private static func fail(_ reason: String) -> Never {
        FileHandle.standardError.write(Data("allocation-check: \(reason)\n".utf8))
        exit(1)
    }
}
