internal import RelayCore

// What is to be said about datagrams that were dropped.
extension Examination {
    /// Drops that named the session and none of its users.
    mutating func examineSessionDrops(_ report: SessionReport) {
        let unknown = report.drops[.unknownUser] ?? 0
        if let age = report.wrongUsersAge, age < SessionSighting.wrongUsersRecent {
            let total = unknown > 0 ? ", \(Self.datagrams(unknown)) since the session began" : ""
            note(
                "wrong_user_tokens",
                .problem,
                .session,
                "Somebody used this session's token with a user token that the session does not have, "
                    + "\(Diagnosis.time(age)) ago (attempts told apart within that second: \(report.wrongUsers)\(total)).",
                DropReason.unknownUser.advice
            )
        } else if unknown > 0 {
            let last = report.wrongUsersAge.map { ", the last \(Diagnosis.time($0)) ago" } ?? ""
            note(
                "dropped_unknown_user",
                .note,
                .session,
                "\(Self.datagrams(unknown)) came with the session's token and a user token that the session does not have\(last).",
                DropReason.unknownUser.advice
            )
        }
        let revoked = report.drops[.revoked] ?? 0
        guard revoked > 0 else { return }
        let recent = growth(of: revoked, since: symptoms.earlier?.drops[.revoked])
        note(
            "dropped_revoked",
            recent > 0 ? .problem : .note,
            .session,
            "\(Self.datagrams(revoked)) came with the session's token and a revoked user's" + Self.now(recent)
                + revokedList
                + ".",
            "Whoever sends them plays with old tokens: authorize a new user and give the player its tokens."
        )
    }

    /// What was dropped of one user's datagrams, the latest reason first.
    mutating func examineDrops(of user: SessionUser, _ report: UserReport) {
        guard !report.drops.isEmpty else { return }
        let earlier = symptoms.earlier.map { $0.users.first { $0.userToken == user.token }?.drops ?? [:] }
        let drops = report.drops.filter { $0.value > 0 }.sorted {
            ($0.key == report.lastDrop ? -1 : $0.key.rawValue) < ($1.key == report.lastDrop ? -1 : $1.key.rawValue)
        }
        for (reason, count) in drops {
            let recent = growth(of: count, since: earlier.map { $0[reason] ?? 0 })
            let age = reason == report.lastDrop ? report.lastDropAge : nil
            // Of reasons other than the last one the time is not known.
            let isRecent = recent > 0 || age.map { $0 < DropReason.recent } ?? (report.lastDropAge == nil)
            let last =
                age.map { ", the last \(Diagnosis.time($0)) ago" }
                ?? (report.lastDropAge == nil || recent > 0 ? "" : " earlier")
            note(
                "dropped_\(reason.label)",
                isRecent && !isHarmless(reason) ? .problem : .note,
                .user(user.number),
                "\(Self.datagrams(count)) of user \(user.number) \(count == 1 ? "was" : "were") dropped\(last)\(Self.now(recent)): \(reason.meaning).",
                reason.advice
            )
        }
    }

    /// Of what a session drops while nobody hosts, the session's finding says enough until somebody could have come.
    private func isHarmless(_ reason: DropReason) -> Bool {
        reason.isRoutine || reason == .noHost && (symptoms.inspected.host != nil || isNew)
    }

    /// How much a count grew while it was looked at; 0 where it was looked at once only.
    private func growth(of count: UInt64, since earlier: UInt64?) -> UInt64 {
        guard symptoms.earlier != nil else { return 0 }
        let before = earlier ?? 0
        return count > before ? count - before : 0
    }

    /// How many of this very session were dropped for a reason while it was looked at.
    func recentDrops(_ reason: DropReason) -> UInt64 {
        guard let earlier = symptoms.earlier, let report = symptoms.inspected.report else { return 0 }
        func sum(_ report: SessionReport) -> UInt64 {
            report.users.reduce(report.drops[reason] ?? 0) { $0 + ($1.drops[reason] ?? 0) }
        }
        return growth(of: sum(report), since: sum(earlier))
    }

    static func datagrams(_ count: UInt64) -> String { count == 1 ? "1 datagram" : "\(count) datagrams" }

    private static func now(_ recent: UInt64) -> String { recent > 0 ? " (\(recent) just now)" : "" }

    /// The numbers of revoked users, in words.
    private var revokedList: String {
        let live = Set(session.users.map(\.number))
        let revoked = (1..<max(session.nextUserNumber, 1)).filter { !live.contains($0) }
        let shown = revoked.prefix(10).map { "\($0)" }
        if shown.isEmpty { return "" }
        return shown.count == 1
            ? "; user \(shown[0]) was revoked" : "; users \(shown.joined(separator: ", ")) were revoked"
    }
}
