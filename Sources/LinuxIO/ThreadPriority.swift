internal import Glibc

/// Which threads of the process give way to which.
package enum ThreadPriority {
    /// Makes every thread give way whose name does not begin with a prefix, and every thread that these start later: where
    /// there are fewer cores than work, a datagram must not wait for a call of the API. Needs no privilege; where it is not
    /// allowed, everything goes on as it was.
    package static func giveWay(toThreadsNamed prefix: String) {
        guard let folder = opendir("/proc/self/task") else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let thread = UInt32(name), !self.name(of: thread).hasPrefix(prefix) else { continue }
            // nice(7): a quarter of the weight at 6, a tenth at 10.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(thread), 10)
        }
    }

    /// The nice value of a thread, -20 ... 19.
    package static func niceness(ofThread thread: UInt32) -> Int32 {
        getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(thread))
    }

    /// The thread's name, at most 15 bytes; empty where it is gone.
    package static func name(of thread: UInt32) -> String {
        guard let file = fopen("/proc/self/task/\(thread)/comm", "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = fread(&bytes, 1, 16, file)
        return String(decoding: bytes.prefix(count).prefix { $0 != 10 }, as: UTF8.self)
    }
}
