/// How far a session's webhook is, for whoever asks. Kept in memory: after a restart nothing is known of one that was
/// done with before.
package struct WebhookState: Sendable, Equatable {
    package enum Progress: String, Sendable {
        /// On its way, or waiting for its next try.
        case pending
        case delivered
        /// The target is none that webhooks go to: it will never be delivered.
        case refused
        /// Not delivered within a day, or displaced by others.
        case givenUp = "given_up"
    }

    package var progress: Progress
    /// Why it was not delivered (yet), without the URL's path.
    package var message: String?

    package init(_ progress: Progress, message: String? = nil) {
        self.progress = progress
        self.message = message
    }

    /// Whether an answer that is about something else has to say so.
    package var isProblem: Bool { progress == .refused || progress == .givenUp }
}
