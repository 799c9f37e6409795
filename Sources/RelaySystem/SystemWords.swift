internal import Glibc

/// What the kernel's error numbers (errno(3)) mean to whoever runs the daemon.
package enum SystemWords {
    /// Why something failed: a clause without a number in it.
    package static func reason(_ code: Int32) -> String {
        switch code {
        case EACCES, EPERM: "\(ProcessUser.name) has no permission for it"
        case ENOENT: "there is no such file or directory"
        case ENOTDIR: "a part of the path is a file and no directory"
        case EISDIR: "it is a directory"
        case ELOOP: "it is a symbolic link, or links lead in a circle"
        case ENAMETOOLONG: "the path is too long"
        case EROFS: "the file system is mounted read-only"
        case ENOSPC, EDQUOT: "the disk, or this user's share of it, is full"
        case EIO: "the disk reports an error, see the system's log"
        case EMFILE, ENFILE: "no more files can be opened, raise LimitNOFILE= of the unit or 'ulimit -n'"
        case ENOMEM, ENOBUFS: "the machine is out of memory"
        case EADDRINUSE: "it is in use by another process"
        case EADDRNOTAVAIL: "it is no address of this machine"
        case EAFNOSUPPORT: "this machine has that address family switched off"
        case EPIPE: "nobody reads it any more"
        case ECONNREFUSED: "nobody listens there"
        default: String(cString: strerror(code))
        }
    }

    /// Why a file cannot be read, and what to do: a sentence that begins with the path.
    package static func unreadable(_ path: String, _ code: Int32) -> String {
        switch code {
        case ENOENT: return "'\(path)' does not exist: create it, or correct the path"
        case EISDIR: return "'\(path)' is a directory: name a file"
        case EACCES, EPERM:
            guard let closed = closedDirectory(above: path) else {
                return
                    "'\(path)' may not be read by \(ProcessUser.name): give that user, or a group it is in, the right to"
            }
            return
                "'\(path)' cannot be reached by \(ProcessUser.name), who may not enter '\(closed)': open that directory, "
                + "or keep a copy of the file elsewhere"
        default: return "'\(path)' cannot be read: \(reason(code))"
        }
    }

    /// Why nothing can be made in a directory, and what to do: a sentence that begins with the path; `nil` where it can.
    package static func unwritable(directory path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == EACCES else { return "'\(path)' cannot be used: \(reason(errno))" }
            return "'\(path)' cannot be reached by \(ProcessUser.name), who may not enter "
                + "'\(closedDirectory(above: path) ?? path)'"
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return "'\(path)' is no directory: name one, or remove what is there"
        }
        guard faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) != 0 else { return nil }
        guard errno == EACCES || errno == EPERM else { return "'\(path)' cannot be written to: \(reason(errno))" }
        return "'\(path)' may not be written to by \(ProcessUser.name): it belongs to "
            + "\(ProcessUser.name(ofUser: status.st_uid)), change that with chown or name another directory"
    }

    /// The first directory on the way to a path that this process may not enter.
    private static func closedDirectory(above path: String) -> String? {
        var place = ""
        for part in path.split(separator: "/").dropLast() {
            place += "/\(part)"
            if faccessat(AT_FDCWD, place, X_OK, AT_EACCESS) != 0, errno == EACCES { return place }
        }
        return nil
    }
}
