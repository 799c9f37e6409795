/// Finds the highest rate at which nothing is lost: first upwards in steps until something is, then by halving the gap.
struct LossFreeSearch: Sendable, Equatable {
    /// What became of one step.
    enum Step: Sendable, Equatable {
        case lossless
        case lossy
        /// The generator itself fell behind, so the step says nothing of the forwarder.
        case generatorLate
    }

    /// Sending time of a step.
    static let stepSeconds = 0.4
    /// How much later than planned a step may end.
    static let allowedDelay = 0.01
    private static let firstRate = 20_000.0
    private static let factor = 1.2
    private static let bisections = 4
    /// Far more than any machine sends: a search that gets there has found a mistake, not a rate.
    private static let highestRate = 1e9

    /// The rate of the next step, in datagrams per second of all flows; `nil` when the search is over.
    private(set) var nextRate: Double? = firstRate
    /// The highest rate so far at which nothing was lost; 0 before the first.
    private(set) var best = 0.0
    /// The rate that the generator could not send, tried twice; `nil` while it could send all.
    private(set) var generatorLimit: Double?

    private var lossyRate: Double?
    private var remaining = bisections
    private var isRepeated = false

    /// Takes in what became of the step at ``nextRate``.
    mutating func note(_ step: Step) {
        guard let rate = nextRate else { return }
        switch step {
        case .generatorLate where !isRepeated:
            // Once may be the machine's mood.
            isRepeated = true
            return
        case .generatorLate:
            generatorLimit = rate
            nextRate = nil
            return
        case .lossless:
            best = max(best, rate)
        case .lossy:
            lossyRate = rate
        }
        isRepeated = false
        guard let lossyRate else {
            nextRate = rate * LossFreeSearch.factor < LossFreeSearch.highestRate ? rate * LossFreeSearch.factor : nil
            return
        }
        nextRate = remaining > 0 ? (best + lossyRate) / 2 : nil
        remaining -= 1
    }
}
