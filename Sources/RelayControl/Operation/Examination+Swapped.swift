internal import RelayCore

// Tokens that changed places.
extension Examination {
    /// Whether some user's two tokens come in each other's place now.
    var hasSwappedTokens: Bool {
        symptoms.inspected.report?.users.contains { $0.swappedAge.map { $0 < DropReason.recent } ?? false } ?? false
    }

    /// - Returns: whether the finding explains why nothing of the user arrives.
    mutating func examineSwapped(_ user: SessionUser, _ report: UserReport, isHost: Bool) -> Bool {
        guard let age = report.swappedAge else { return false }
        let silence = isHost ? symptoms.inspected.report?.hostSilence : report.silence
        let isOver = silence.map { $0 <= age } ?? false
        let isNow = age < DropReason.recent && !isOver
        guard isNow || age < DropReason.recent || silence == nil else { return false }
        note(
            "tokens_swapped",
            isNow ? .problem : .note,
            .user(user.number),
            "\(Self.datagrams(UInt64(report.swapped))) came with user \(user.number)'s two tokens in each other's place, the "
                + "last \(Diagnosis.time(age)) ago" + (isOver ? "; since then it was heard with the right ones." : "."),
            "Change them round in its program: the session's authorization_token goes into sessionId (or "
                + "SessionAuthorizationToken), the user's own into userId (or UserAuthorizationToken)."
        )
        return isNow
    }
}
