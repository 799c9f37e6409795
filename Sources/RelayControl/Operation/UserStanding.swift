internal import RelayCore

/// How a user stands, at a glance: what tables and pages show beside its number.
package enum UserStanding: String, Sendable {
    case getsThrough = "gets_through"
    /// Heard, while nobody hosts or the host is silent: nothing of it is answered.
    case waitsForHost = "waits_for_host"
    case notHeard = "not_heard"
    /// A finding says why it does not get through.
    case problem

    /// Those of a session's users, by their numbers.
    /// - Parameter findings: what is to be said about the session.
    package static func all(in inspected: InspectedSession, _ findings: [Finding]) -> [Int32: UserStanding] {
        var troubled: Set<Int32> = []
        for finding in findings where finding.weight == .problem {
            if case .user(let number) = finding.subject { troubled.insert(number) }
        }
        var standings: [Int32: UserStanding] = [:]
        for user in inspected.session.users {
            standings[user.number] = troubled.contains(user.number) ? .problem : of(user, in: inspected)
        }
        return standings
    }

    private static func of(_ user: SessionUser, in inspected: InspectedSession) -> UserStanding {
        let report = inspected.report
        let isHostBound = report?.hostEndpoint != nil
        if inspected.host?.number == user.number { return isHostBound ? .getsThrough : .notHeard }
        guard inspected.report(of: user)?.endpoint != nil else { return .notHeard }
        let isHostHeard = isHostBound && (report?.hostSilence).map { $0 < Examination.quiet } ?? false
        return isHostHeard ? .getsThrough : .waitsForHost
    }
}
