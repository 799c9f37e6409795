import LinuxIO

/// Decides when freed memory is given back to the kernel: once there is much more of it than after the last time.
///
/// A flood of calls leaves the heap in pieces, and without this the daemon would be as large ever after as it once was.
struct HeapKeeper {
    /// Growth that is worth the look through the heap, which takes some milliseconds.
    private static let step = 16 << 20

    private var floor: Int

    /// - Parameter resident: bytes in use now.
    init(resident: Int) { floor = resident }

    /// - Returns: whether to trim the heap now; `trimmed` is then to be called with what it came to.
    mutating func look(resident: Int) -> Bool {
        floor = min(floor, resident)
        return resident >= floor + Self.step
    }

    mutating func trimmed(to resident: Int) { floor = resident }

    /// Keeps the heap until the task is cancelled.
    static func run() async throws {
        var keeper = HeapKeeper(resident: Heap.residentBytes)
        while true {
            try await Task.sleep(for: .seconds(5))
            guard keeper.look(resident: Heap.residentBytes) else { continue }
            Heap.trim()
            keeper.trimmed(to: Heap.residentBytes)
        }
    }
}
