internal import CLinux
internal import Glibc

/// The processors this process may run on, and pinning a thread to one.
package enum Affinity {
    private static let words = 16

    /// The numbers of the processors this process may use; at least one.
    package static func allowedProcessors() -> [Int] {
        var mask = [UInt64](repeating: 0, count: words)
        guard clinux_sched_getaffinity(0, words * 8, &mask) == 0 else { return [0] }
        let allowed = (0..<words * 64).filter { mask[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
        return allowed.isEmpty ? [0] : allowed
    }

    /// Keeps the calling thread on one processor.
    package static func pinCurrentThread(to processor: Int) throws(SystemCallError) {
        var mask = [UInt64](repeating: 0, count: words)
        guard processor >= 0, processor < words * 64 else { throw SystemCallError("sched_setaffinity", code: EINVAL) }
        mask[processor / 64] = 1 << UInt64(processor % 64)
        try systemCall("sched_setaffinity") { clinux_sched_setaffinity(0, words * 8, mask) }
    }
}
