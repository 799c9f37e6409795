package import RelayCore

/// Knows in which sessions somebody plays, and in which of them somebody seems not to get through, so that lists can begin
/// with those however many sessions there are.
///
/// It looks only when it is asked, and then at a bounded number: on a relay with very many sessions what it knows is some
/// seconds old.
package actor SessionSurveyor {
    /// What is known of one worker's sessions: from the last full round, and from the one that runs.
    private struct Round {
        var cursor = 0
        var last: [UInt32: Bool] = [:]
        var current: [UInt32: Bool] = [:]

        mutating func take(_ survey: SessionSurvey) {
            for sighting in survey.sightings { current[sighting.sessionToken] = sighting.isTroubled }
            cursor = survey.next
            guard cursor == 0 else { return }
            last = current
            current = [:]
        }
    }

    /// Parts of a worker's sessions that one look asks for.
    private static let partsPerLook = 32
    /// What was known so lately is good enough for the next one who asks.
    private static let freshness = Duration.milliseconds(500)

    private let plane: any DataPlane
    private var rounds: [Round]
    private var lookedAt: ContinuousClock.Instant?
    private var looking: Task<Void, Never>?

    package init(_ plane: any DataPlane) {
        self.plane = plane
        rounds = Array(repeating: Round(), count: max(1, plane.workerCount))
    }

    /// The tokens of the sessions in which somebody was heard lately, and whether somebody in them seems not to get through.
    package func look() async -> [UInt32: Bool] {
        if lookedAt.map({ .now - $0 >= Self.freshness }) ?? true {
            // Those who ask at the same time share one look.
            let task = looking ?? Task { await survey() }
            looking = task
            await task.value
        }
        return rounds.reduce(into: [:]) { known, round in
            known.merge(round.last) { _, later in later }
            known.merge(round.current) { _, later in later }
        }
    }

    private func survey() async {
        for worker in rounds.indices {
            for _ in 0..<Self.partsPerLook {
                let survey = await plane.survey(ofWorker: worker, from: rounds[worker].cursor)
                rounds[worker].take(survey)
                if rounds[worker].cursor == 0 { break }
            }
        }
        lookedAt = .now
        looking = nil
    }
}
