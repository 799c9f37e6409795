import Glibc
import RelayConfig
import RelaySystem

extension Premises {
    /// Files of the state that have to be writable where they are there.
    private static let stateFiles = ["lock", "causeway.db", "causeway.db-wal", "causeway.db-shm", "commit-mark"]

    /// What keeps the state from being written. Somebody who is not the service checks the configuration of the service: that its
    /// directory is closed to everybody else is as it should be.
    static func stateFindings(_ configuration: Configuration, isCheck: Bool) -> [Finding] {
        let isService = geteuid() == 0 || getenv("STATE_DIRECTORY") != nil
        guard isCheck, !isService, configuration.state.directory == Configuration.defaults.state.directory else {
            return stateFindings(configuration)
        }
        return stateFindings(configuration).map { finding in
            Finding(
                key: finding.key,
                words: finding.words
                    + ". The service's user may; 'sudo /usr/lib/causeway/check-as-service' checks as that user",
                weight: .advice
            )
        }
    }

    private static func stateFindings(_ configuration: Configuration) -> [Finding] {
        let key = "state.directory"
        guard let directory = configuration.state.directory else {
            return [Finding(key: key, words: "is not set: name a directory that the daemon may write to")]
        }
        var status = stat()
        guard stat(directory, &status) == 0 || errno != ENOENT else {
            // The daemon makes the last part of the path.
            let parent = parent(of: directory)
            guard stat(parent, &status) == 0 || errno != ENOENT else {
                return [
                    Finding(
                        key: key,
                        words:
                            "'\(directory)' does not exist, and neither does '\(parent)': create that, or name another "
                            + "directory"
                    )
                ]
            }
            return SystemWords.unwritable(directory: parent).map { [Finding(key: key, words: $0)] } ?? []
        }
        if let words = SystemWords.unwritable(directory: directory) { return [Finding(key: key, words: words)] }
        return stateFiles.compactMap { name in
            let path = "\(directory)/\(name)"
            guard faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0 else { return nil }
            let reason = errno
            guard reason != ENOENT else { return nil }
            return Finding(
                key: key,
                words: "'\(path)' may not be written to by \(ProcessUser.name): make it that user's with chown "
                    + "(\(SystemWords.reason(reason)))"
            )
        }
    }

    /// The directory that a path is in.
    static func parent(of path: String) -> String {
        var parts = path.split(separator: "/")
        _ = parts.popLast()
        return "/" + parts.joined(separator: "/")
    }
}
