/// Sends one webhook over the network; the implementation holds the rules on where webhooks may go.
package protocol WebhookSender: Sendable {
    /// Tries once, within a time limit of its own.
    func send(_ webhook: PendingWebhook) async -> WebhookResult
}

/// What became of one try to deliver a webhook.
package enum WebhookResult: Sendable, Equatable {
    /// The receiver answered with success.
    case delivered
    /// It may work later; `reason` for the log, without the URL's path.
    case failed(reason: String)
    /// It will never work, for instance a forbidden address; `reason` for the log, without the URL's path.
    case refused(reason: String)
}
