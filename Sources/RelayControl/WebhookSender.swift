package import RelayNet

/// Sends webhooks over the network; the implementation holds the rules on where webhooks may go.
///
/// To find a receiver may take long and costs nothing but a name server's time; to send takes a connection. So the two are
/// apart, and a dead name holds no place that others wait for.
package protocol WebhookSender: Sendable {
    /// Finds the address to send to, within a time limit of its own.
    func locate(_ webhook: PendingWebhook) async -> WebhookPlace

    /// Tries once, within a time limit of its own.
    func send(_ webhook: PendingWebhook, to address: IPAddress) async -> WebhookResult
}

/// Where a webhook goes.
package enum WebhookPlace: Sendable, Equatable {
    case address(IPAddress)
    /// The try is over: it failed, or is refused.
    case nowhere(WebhookResult)
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
