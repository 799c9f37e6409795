package import RelayCore

/// Somebody outside of the state directory who remembers how far the database had come: the data plane's memory, which
/// outlives the process.
package struct CommitWitness: Sendable {
    /// What was remembered when the process started.
    package var remembered: CommitMark?
    /// Takes note of a durable commit. Must not wait; is called one at a time.
    package var note: @Sendable (CommitMark) -> Void

    package init(remembered: CommitMark?, note: @escaping @Sendable (CommitMark) -> Void) {
        self.remembered = remembered
        self.note = note
    }
}
