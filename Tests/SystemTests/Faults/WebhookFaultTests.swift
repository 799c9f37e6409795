import Foundation
import Testing

/// Webhook receivers that do everything wrong, and then get well.
@Suite(.showsLogOnFailure, .serialized) struct WebhookFaultTests {
    @Test("A receiver that hangs, redirects and answers nonsense delays no call, and gets its webhooks when it is well")
    func recovers() throws {
        let answers: [WebhookReceiver.Answer] = [.silence, .redirect(to: "http://127.0.0.1:1/"), .nonsense, .silence]
        let receiver = try WebhookReceiver { $0 < answers.count ? answers[$0] : .status(200) }
        defer { receiver.stop() }
        try withDaemon { daemon in
            let api = daemon.api
            let count = 30
            let game = try Game(try api.createSession())
            let clock = ContinuousClock()
            let start = clock.now
            let sessions = try (0..<count).map { _ in
                try api.createSession(extra: #", "webhook_url": "\#(receiver.url)""#)
            }
            let took = clock.now - start
            // A delivery to a receiver that hangs is given up after five seconds.
            #expect(took < .seconds(5) * count / 2, "no call waits for the receiver")
            #expect(try daemon.metrics().sum("causeway_pending_webhooks") <= count, "what is owed is bounded")
            let isDelivered = try holds(within: .seconds(90), every: .milliseconds(200)) {
                try daemon.metrics().sum("causeway_pending_webhooks") == 0
            }
            #expect(isDelivered)
            let told = Set(try receiver.requests.map { try JSON.parse($0.body)["session_id"]?.string ?? "" })
            #expect(told == Set(sessions.map(\.id)))
            let score = game.end()
            figure("webhooks: \(count) calls in \(took), all delivered; \(score.lost) of \(score.sent) datagrams lost")
        }
    }
}
