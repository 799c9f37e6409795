import RelayCore

/// What one datagram comes to.
struct Outcome {
    enum Effect {
        /// The engine is not asked.
        case none
        case counted(Counter)
        case dropped(DropReason)
    }

    var effect: Effect
    /// Bytes that leave, header included.
    var length = 0
}

/// What the counters said at one moment.
struct Reading {
    private let received: UInt64
    private let effects: UInt64

    init(_ effect: Outcome.Effect, _ counters: CounterPage) {
        received = counters[.receivedDatagrams]
        effects =
            switch effect {
            case .none: 0
            case .counted(let counter): counters[counter]
            case .dropped(let reason): counters[reason]
            }
    }

    /// How many datagrams the engine got since, and how many of them had the effect.
    func growth(to later: Reading) -> (received: UInt64, effects: UInt64) {
        (later.received - received, later.effects - effects)
    }
}
