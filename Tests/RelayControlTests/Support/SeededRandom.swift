import RelayControl
import Synchronization

/// SplitMix64: the same numbers for the same seed.
final class SeededRandom: RandomSource {
    private let state: Mutex<UInt64>

    init(seed: UInt64) { state = Mutex(seed) }

    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// A number in 0 ..< `bound`.
    func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Gives out the numbers it was told, then fails.
final class ScriptedRandom: RandomSource {
    private let numbers: Mutex<[UInt64]>

    /// - Parameter tokens: what `token()` gives, in order.
    init(tokens: [UInt32]) { numbers = Mutex(tokens.map { UInt64($0) << 33 }) }

    func next() -> UInt64 {
        numbers.withLock { numbers in
            precondition(!numbers.isEmpty, "the test asked for more random numbers than it scripted")
            return numbers.removeFirst()
        }
    }
}
