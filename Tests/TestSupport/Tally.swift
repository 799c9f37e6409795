package import RelayCore

/// How often something of each kind happened.
package struct Tally<Kind: RawRepresentable & CaseIterable & Sendable>: Sendable, Equatable where Kind.RawValue == Int {
    private var numbers = [Int](repeating: 0, count: Kind.allCases.count)

    /// Nothing happened yet.
    package init() {}

    /// How often this happened.
    package subscript(kind: Kind) -> Int {
        get { numbers[kind.rawValue] }
        set { numbers[kind.rawValue] = newValue }
    }

    /// All kinds together.
    package var sum: Int { numbers.reduce(0, +) }

    /// Adds kind by kind.
    package mutating func add(_ other: Tally) {
        for index in numbers.indices { numbers[index] += other.numbers[index] }
    }
}

extension CounterPage {
    /// All drops so far.
    package var drops: Tally<DropReason> {
        var tally = Tally<DropReason>()
        for reason in allReasons { tally[reason] = Int(self[reason]) }
        return tally
    }
}

/// Asked for after every event.
let allReasons = DropReason.allCases
