internal import Dispatch
internal import Glibc
internal import Synchronization

/// A small file that is written in place and made durable in the background.
final class SyncedFile: Sendable {
    private let number: CInt
    private let isSyncDue = Atomic<Bool>(false)

    /// How long a write may wait to be durable, seconds.
    private static let delay: Double = 1

    /// - Parameter number: an open descriptor; it belongs to this object from now on.
    init(_ number: CInt) { self.number = number }

    deinit { close(number) }

    /// - Returns: whether all of it was written.
    func write(_ bytes: [UInt8], at offset: Int) -> Bool {
        while true {
            let count = pwrite(number, bytes, bytes.count, off_t(offset))
            if count >= 0 || errno != EINTR { return count == bytes.count }
        }
    }

    /// At most so many bytes from the beginning.
    func read(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = pread(number, &bytes, count, 0)
        return Array(bytes.prefix(max(0, found)))
    }

    /// Waits for the disk.
    /// - Returns: whether it is durable.
    func sync() -> Bool { fdatasync(number) == 0 }

    /// Makes what is written durable within a second, on another thread.
    func syncSoon() {
        guard !isSyncDue.exchange(true, ordering: .acquiringAndReleasing) else { return }
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + Self.delay) {
            self.isSyncDue.store(false, ordering: .releasing)
            _ = self.sync()
        }
    }

    /// Makes the names in a directory durable.
    static func syncDirectory(_ path: String) -> Bool {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return false }
        defer { close(directory) }
        return fsync(directory) == 0
    }
}
