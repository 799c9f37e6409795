import LinuxIO

/// Decides when freed memory is given back to the kernel: when there is much more of it than there once was, at first often, and
/// ever less often if it turns out to be in use.
///
/// A flood of calls leaves the heap in pieces, and without this the daemon would be as large ever after as it once was.
struct HeapKeeper {
    /// Growth that is worth the look through the heap, which takes some milliseconds.
    private static let step = 16 << 20
    /// What has to come back for the next look to be soon.
    private static let worthwhile = 4 << 20
    /// Seconds between two looks.
    private static let pauses = 5.0...320

    /// The fewest bytes that were ever in use.
    private var baseline: Int
    /// What was left after the last look.
    private var trimmed: Int
    private var pause = Self.pauses.lowerBound
    private var nextLook = 0.0

    /// - Parameter resident: bytes in use now.
    init(resident: Int) {
        baseline = resident
        trimmed = resident
    }

    /// - Parameters:
    ///   - resident: bytes in use now.
    ///   - now: seconds of a clock that nobody sets.
    /// - Returns: whether to trim the heap now; `noteTrim` is then to be called.
    mutating func look(resident: Int, at now: Double) -> Bool {
        baseline = min(baseline, resident)
        trimmed = min(trimmed, resident)
        guard resident >= baseline + Self.step else { return false }
        return resident >= trimmed + Self.step || now >= nextLook
    }

    /// - Parameters:
    ///   - before: bytes in use before the heap was trimmed.
    ///   - after: bytes in use since.
    mutating func noteTrim(from before: Int, to after: Int, at now: Double) {
        trimmed = after
        let wasWorthwhile = before - after >= Self.worthwhile
        pause = wasWorthwhile ? Self.pauses.lowerBound : min(2 * pause, Self.pauses.upperBound)
        nextLook = now + pause
    }

    /// Keeps the heap until the task is cancelled.
    static func run() async throws {
        var keeper = HeapKeeper(resident: Heap.residentBytes)
        let start = ContinuousClock.now
        while true {
            try await Task.sleep(for: .seconds(Self.pauses.lowerBound))
            let now = start.duration(to: .now) / .seconds(1)
            let before = Heap.residentBytes
            guard keeper.look(resident: before, at: now) else { continue }
            Heap.trim()
            keeper.noteTrim(from: before, to: Heap.residentBytes, at: now)
        }
    }
}
