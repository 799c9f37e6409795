/// Sizes and pauses of the store; the defaults are right for a daemon.
package struct StoreOptions: Sendable {
    /// Bytes held back for removals on a full disk.
    package var ballastSize: Int
    /// How many changes share a transaction at most.
    package var groupSize: Int
    /// How long another program's lock on the database is waited for, seconds.
    package var busyTimeout: Double
    /// How long the store waits after a disk error before it opens the database anew.
    package var reopenPause: Duration
    /// The largest size of the database in pages of 4096 bytes; `nil` for what the disk holds.
    package var maxPages: Int?
    /// Whether a database that lost its tail, or is gone, is taken as it is.
    package var acceptsLostTail: Bool

    package init(
        ballastSize: Int = 16 << 20,
        groupSize: Int = 64,
        busyTimeout: Double = 2,
        reopenPause: Duration = .seconds(1),
        maxPages: Int? = nil,
        acceptsLostTail: Bool = false
    ) {
        self.ballastSize = ballastSize
        self.groupSize = groupSize
        self.busyTimeout = busyTimeout
        self.reopenPause = reopenPause
        self.maxPages = maxPages
        self.acceptsLostTail = acceptsLostTail
    }
}
