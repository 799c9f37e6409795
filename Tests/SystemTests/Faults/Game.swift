import Foundation
import Synchronization
import Testing

/// A game that goes on in a thread of its own while something breaks: datagrams up and down in turn, each awaited, so that
/// a single lost one shows.
final class Game: Sendable {
    struct Score: Sendable {
        /// Datagrams that had to arrive.
        var sent = 0
        var lost = 0
        /// The longest way of one that arrived.
        var longest = Duration.zero
        var failure: String?
        var isOver = false
    }

    private let current = Mutex(Score())
    private let stopping = Mutex(false)

    /// - Parameter client: the user that plays with user 0, the host; its connection id is one more.
    init(_ session: RelaySession, client: Int = 1) throws {
        Thread.detachNewThread {
            do {
                try self.play(session, client: client)
            } catch {
                self.current.withLock { $0.failure = "\(error)" }
            }
            self.current.withLock { $0.isOver = true }
        }
        try goesOn()
    }

    deinit { stopping.withLock { $0 = true } }

    /// Requires that so many further datagrams cross the relay.
    func goesOn(for count: Int = 40, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let start = current.withLock { $0.sent }
        let played = holds(within: .seconds(30)) { current.withLock { $0.sent >= start + count || $0.isOver } }
        let now = current.withLock { $0 }
        try #require(played && !now.isOver, "the game stands still: \(now)", sourceLocation: sourceLocation)
    }

    /// Ends the game and expects that nothing of it was lost.
    @discardableResult
    func end(sourceLocation: SourceLocation = #_sourceLocation) -> Score {
        stopping.withLock { $0 = true }
        _ = holds(within: .seconds(30)) { current.withLock { $0.isOver } }
        let score = current.withLock { $0 }
        #expect(score.failure == nil && score.isOver, "\(score)", sourceLocation: sourceLocation)
        #expect(score.lost == 0, "of \(score.sent) datagrams", sourceLocation: sourceLocation)
        return score
    }

    private func play(_ session: RelaySession, client index: Int) throws {
        let host = try session.boundHost()
        let client = try session.boundClient(index)
        let id = Int32(index + 1)
        var round = 0
        while !stopping.withLock({ $0 }) {
            let text = Array("round \(round)".utf8)
            try cross({ try client.data(text) }, to: host, .dataFrom(id, text))
            try cross({ try host.data(text, to: id) }, to: client, .data(text))
            round += 1
            pause(.milliseconds(1))
        }
    }

    private func cross(_ send: () throws -> Void, to receiver: Player, _ expected: Player.Incoming) throws {
        let clock = ContinuousClock()
        let start = clock.now
        try send()
        let got = try receiver.receive(within: .seconds(5))
        let took = clock.now - start
        current.withLock { score in
            score.sent += 1
            if got == expected { score.longest = max(score.longest, took) } else { score.lost += 1 }
        }
    }
}

/// Prints what a fault test has measured, so that a run's log has the figures of `docs/faults.md`.
func figure(_ text: String) {
    print("figure: \(text)")
}
