internal import Glibc
internal import RelayControl

/// The directory that the store owns, and the lock that keeps a second daemon out of it.
final class StateDirectory {
    let path: String
    private let lock: CInt

    /// Creates the directory (mode 0700) where it is missing, and takes the lock.
    /// - Throws: `.locked` when another process holds it; `.other` for errors of the file system.
    init(path: String) throws(SessionStoreError) {
        self.path = path
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw Self.failure("cannot be created; does its parent exist?", path)
        }
        lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw Self.failure("holds no file that can be written", path) }
        guard Self.takeLock(lock) else {
            let holder = Self.holder(of: lock)
            close(lock)
            throw SessionStoreError(
                .locked,
                "the state directory \(path) is in use by another causewayd\(holder): stop it, or set 'state.directory'"
            )
        }
        // Who holds the lock is for people to read; the lock itself ends with the process.
        let text = "\(getpid())\n"
        if ftruncate(lock, 0) == 0 { _ = text.withCString { pwrite(lock, $0, strlen($0), 0) } }
    }

    deinit { close(lock) }

    /// Waits a second for a holder on its way out: the daemon before this one, or a child that has not yet run its program.
    private static func takeLock(_ descriptor: CInt) -> Bool {
        for _ in 0..<50 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(20_000)
        }
        return false
    }

    var databasePath: String { "\(path)/\(SessionStoreErrors.fileName)" }

    /// 0 where there is none.
    var databaseSize: Int { Self.size(databasePath) ?? 0 }

    /// The names of files that are there only beside a database that once was.
    var remains: [String] {
        let database = SessionStoreErrors.fileName
        return ["\(database)-wal", "\(database)-shm", Ballast.name].filter { (Self.size("\(path)/\($0)") ?? 0) > 0 }
    }

    private static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Makes the database file (mode 0600) where it is missing: SQLite would create it with the umask's mode, and its WAL
    /// takes over the file's mode.
    func createDatabaseFile() throws(SessionStoreError) {
        let file = open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw Self.failure("holds a \(SessionStoreErrors.fileName) that cannot be written", path)
        }
        close(file)
        // A name that is not durable loses the file with everything in it.
        guard SyncedFile.syncDirectory(path) else { throw Self.failure("cannot be made durable", path) }
    }

    static func failure(_ what: String, _ path: String) -> SessionStoreError {
        let kind: SessionStoreError.Kind =
            switch errno {
            case ENOSPC, EDQUOT: .diskFull
            case EROFS, EACCES, EPERM: .readOnly
            default: .other
            }
        return SessionStoreError(kind, "the state directory \(path) \(what) (\(String(cString: strerror(errno))))")
    }

    private static func holder(of lock: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(lock, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}
