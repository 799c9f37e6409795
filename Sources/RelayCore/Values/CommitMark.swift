/// How far a database had come: which one it is, and the number of its last commit. Whoever keeps it outside of the
/// database can tell later that the database lost its tail, was replaced, or is gone.
///
/// A mark is taken after the commit, so it may lag behind the database and never be ahead of it.
public struct CommitMark: Sendable, Equatable {
    /// Drawn at random when a database begins; never 0.
    public var database: UInt64
    /// The number of the last commit; 0 promises nothing yet.
    public var sequence: Int64

    public init(database: UInt64, sequence: Int64) {
        self.database = database
        self.sequence = sequence
    }
}
