internal import Glibc

/// Whether a descriptor leads to the journal.
package enum JournalStream {
    /// systemd.exec(5): `JOURNAL_STREAM` holds device and inode of the stream that systemd connected. They are compared,
    /// since a child may have inherited the variable and have another standard error.
    package static func isJournal(_ descriptor: Int32, named stream: String?) -> Bool {
        guard let stream else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// Whether this process's standard error leads to the journal.
    package static var isStandardError: Bool {
        isJournal(STDERR_FILENO, named: getenv("JOURNAL_STREAM").map { String(cString: $0) })
    }
}
