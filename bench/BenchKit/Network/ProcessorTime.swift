import Glibc

/// Processor time of another process, as the scheduler counts it.
enum ProcessorTime {
    /// Nanoseconds that the threads a process has now have spent on a processor; `nil` where nobody may see that.
    ///
    /// From /proc/PID/task/*/schedstat (scheduler/sched-stats.rst), exact to a scheduler tick for a running thread.
    static func ofProcess(_ process: Int32) -> UInt64? {
        let tasks = "/proc/\(process)/task"
        guard process > 0, let directory = opendir(tasks) else { return nil }
        defer { closedir(directory) }
        var total: UInt64?
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
                    String(cString: $0)
                }
            }
            guard name.first != ".", let spent = firstNumber(inFile: "\(tasks)/\(name)/schedstat") else { continue }
            total = (total ?? 0) + spent
        }
        return total
    }

    private static func firstNumber(inFile path: String) -> UInt64? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return UInt64(String(decoding: bytes.prefix(count).prefix { $0 > 32 }, as: UTF8.self))
    }
}
