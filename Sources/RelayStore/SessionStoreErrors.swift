internal import GRDB
internal import RelayControl

/// The errors of the store in words that say what to do.
enum SessionStoreErrors {
    static let fileName = "causeway.db"

    private static let whatToDo = """
        nothing was deleted. Stop the daemon, move \(fileName), \(fileName)-wal and \(fileName)-shm out of the state \
        directory, put the newest copy made with a copy of the state directory in their place (or start without sessions), and \
        start it once with --accept-lost-tail
        """

    static var foreign: SessionStoreError {
        SessionStoreError(.damaged, "\(fileName) is not a database of Causeway; \(whatToDo)")
    }

    static func newerSchema(found: Int) -> SessionStoreError {
        SessionStoreError(
            .newerSchema,
            """
            \(fileName) was written by a newer Causeway (schema \(found), this one knows up to \(Schema.version)): \
            install that version again, or go back to a backup made before the upgrade
            """
        )
    }

    static func damaged(_ finding: String) -> SessionStoreError {
        SessionStoreError(.damaged, "\(fileName) is damaged (\(finding)); \(whatToDo)")
    }

    static func damagedMeta(_ name: String) -> SessionStoreError { damaged("the checksum of '\(name)' does not fit") }

    static func lostTail(_ finding: String) -> SessionStoreError {
        SessionStoreError(
            .lostTail,
            """
            \(fileName) lost what it had acknowledged (\(finding)), so tokens that were revoked might be valid again. Stop \
            the daemon and put the right \(fileName) and \(fileName)-wal back, or accept the loss: start it once with \
            'causewayd run --accept-lost-tail' or CAUSEWAY_STATE_ACCEPT_LOST_TAIL=true, and revoke anew what was revoked
            """
        )
    }

    static func refused(_ what: String) -> SessionStoreError { SessionStoreError(.other, what) }

    static let closed = SessionStoreError(.other, "the state directory is closed: the daemon is stopping")

    static let notLoaded = SessionStoreError(.other, "the state directory has not been read yet")

    static let noSpace = SessionStoreError(
        .diskFull,
        "the disk of the state directory is full: free some space; what is cut off is still made durable"
    )

    /// An error of SQLite. Its own words may quote SQL, but never values.
    static func sqlite(_ error: DatabaseError) -> SessionStoreError {
        let words = error.message ?? "result code \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL:
            return noSpace
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return damaged(words)
        case .SQLITE_READONLY:
            return SessionStoreError(.readOnly, "\(fileName) cannot be written: check its owner and mode (\(words))")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return SessionStoreError(
                .locked,
                "another program holds a lock on \(fileName): end it, for instance a 'sqlite3' shell (\(words))"
            )
        case .SQLITE_CANTOPEN:
            return SessionStoreError(
                .other,
                "\(fileName) cannot be opened: check the state directory and its owner (\(words))"
            )
        case .SQLITE_IOERR:
            return SessionStoreError(
                .other,
                "the disk of the state directory reports an error: check it and the system's log (\(words))"
            )
        default:
            return SessionStoreError(.other, "\(fileName): \(words)")
        }
    }

    /// Any error that work on the database throws.
    static func any(_ error: any Error) -> SessionStoreError {
        switch error {
        case let error as SessionStoreError: error
        case let error as DatabaseError: sqlite(error)
        default: SessionStoreError(.other, "\(fileName): \(error)")
        }
    }
}
