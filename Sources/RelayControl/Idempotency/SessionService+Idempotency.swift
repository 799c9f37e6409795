internal import Logging

// Calls that are sent again under one name. What answers them is written in the transaction of what they did.
extension SessionService {
    /// How many records leave the disk with one commit.
    private static let mostForgotten = 500

    /// Waits for the other calls of this name. Has to be matched by `leave(_:)`.
    func enter(_ ticket: IdempotencyTicket) async {
        let key = Self.lockKey(ticket)
        if answerLocks.tryEnter(key) { return }
        await withCheckedContinuation { answerLocks.wait(for: key, $0) }
    }

    func leave(_ ticket: IdempotencyTicket) { answerLocks.leave(Self.lockKey(ticket)) }

    private static func lockKey(_ ticket: IdempotencyTicket) -> String {
        "\(ticket.name.owner)\n\(ticket.name.call.rawValue)\n\(ticket.name.key)"
    }

    /// What answered a call of this name, where there was one; and its session, which is live.
    /// - Throws: `.mismatch` where that call had another body, `.conflict` where its session has ended.
    func earlierAnswer(to ticket: IdempotencyTicket) throws(RelayError) -> (
        record: IdempotencyRecord, session: Session
    )? {
        guard let record = answers.record(ticket.name, now: now()) else { return nil }
        guard record.ticket.digest == ticket.digest else {
            throw RelayError(
                .mismatch,
                "this Idempotency-Key came with another body before: send each call under a key of its own, and the same "
                    + "body only to try again"
            )
        }
        guard let entry = entries[record.sessionID], entry.phase == .live else {
            throw RelayError(
                .conflict,
                "the call with this Idempotency-Key was answered, and its session has ended since: send a new call under "
                    + "another key"
            )
        }
        return (record, entry.session)
    }

    /// A change, together with what answers the call that asks for it.
    func answering(_ answer: IdempotencyBook.Draft?, _ change: StoreChange) -> StoreChange {
        answer.map { .answering($0.record, displacing: $0.displaced, change) } ?? change
    }

    /// What will answer a named call that makes these users; `nil` where the call has no name.
    func draftAnswer(
        _ ticket: IdempotencyTicket?,
        _ session: Session,
        users: some Collection<SessionUser>
    ) -> IdempotencyBook.Draft? {
        guard let ticket, let first = users.first else { return nil }
        return answers.draft(
            ticket,
            sessionID: session.id,
            firstUser: first.number,
            tokens: users.map(\.token),
            now: now()
        )
    }

    /// Lets go of answers that nobody may ask for any more.
    func forgetOldAnswers() async {
        while true {
            let ids = answers.expire(now: now(), most: Self.mostForgotten)
            guard !ids.isEmpty else { return }
            do {
                try await store.commit(.forgetAnswers(ids: ids))
            } catch {
                answers.keepForLater(ids)
                logger.warning("answers to old calls stay on disk for now: \(error.message)")
                return
            }
        }
    }
}
