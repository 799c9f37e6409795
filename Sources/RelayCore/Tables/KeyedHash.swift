/// A 64-bit mix keyed with random words at start, so that nobody can choose tokens or addresses that collide.
public struct KeyedHash: Sendable {
    private let first: UInt64
    private let second: UInt64

    /// - Parameter seed: two random words; a new pair each start.
    public init(seed: (UInt64, UInt64)) {
        first = seed.0
        second = seed.1 | 1
    }

    @inline(__always)
    func callAsFunction(_ word: UInt64) -> UInt64 {
        Self.fold(Self.fold(word ^ first, second), first | 1)
    }

    func callAsFunction(_ word: UInt64, _ next: UInt64) -> UInt64 {
        self(self(word) ^ next)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
