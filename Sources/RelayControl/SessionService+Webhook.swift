extension SessionService {
    /// How far a webhook is that was not tried yet.
    func webhookState(of url: String) -> WebhookState {
        refuseWebhook(url).map { WebhookState(.refused, message: $0) } ?? WebhookState(.pending)
    }

    /// Takes note of how far a session's webhook is. Those of ended sessions are of nobody's interest.
    package func note(_ webhook: PendingWebhook, _ state: WebhookState) {
        guard entries[webhook.sessionID]?.session.webhookURL == webhook.url else { return }
        entries[webhook.sessionID]?.session.webhook = state
    }
}
