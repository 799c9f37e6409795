/// When a failed webhook is tried again: pauses that double from one second to ten minutes, until a day has passed.
package struct WebhookRetryPolicy: Sendable, Equatable {
    /// Seconds before the second try.
    package var firstPause: Double
    /// The longest pause, seconds.
    package var longestPause: Double
    /// Seconds after creation when delivery is given up.
    package var lifetime: Double

    package init(firstPause: Double = 1, longestPause: Double = 600, lifetime: Double = 86_400) {
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.lifetime = lifetime
    }

    /// Seconds until the next try after `attempts` failed ones, at least 1.
    ///
    /// - Parameter jitter: 0 ..< 1; takes up to a quarter off the pause, so that receivers that went down together are
    ///   not all called together.
    package func pause(afterAttempts attempts: Int, jitter: Double) -> Double {
        var pause = firstPause
        for _ in 1..<max(1, attempts) where pause < longestPause { pause *= 2 }
        return min(pause, longestPause) * (1 - jitter / 4)
    }

    /// When to try again after a failure at `now`; `nil` when that would be past the lifetime.
    package func nextAttempt(for webhook: PendingWebhook, failedAt now: Double, jitter: Double) -> Double? {
        let next = now + pause(afterAttempts: webhook.attempts + 1, jitter: jitter)
        return next < webhook.createdAt + lifetime ? next : nil
    }
}
