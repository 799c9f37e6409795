/// Where tokens, ids and jitter come from; tests bring a seeded one.
package protocol RandomSource: Sendable {
    /// 64 uniformly distributed bits.
    func next() -> UInt64
}

/// The system's cryptographic generator, getrandom(2).
package struct SystemRandomSource: RandomSource {
    package init() {}

    package func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

extension RandomSource {
    /// A token, uniform in 1 … 2³¹ − 1: several SDKs read tokens as signed 32-bit numbers.
    package func token() -> UInt32 {
        while true {
            let token = UInt32(truncatingIfNeeded: next() >> 33)
            if token != 0 { return token }
        }
    }

    /// A number uniform in 0 ..< 1.
    package func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// 12 lowercase hex digits and `-S`.
    package func sessionID() -> String {
        let digits = String(next() >> 16, radix: 16)
        return String(repeating: "0", count: 12 - digits.utf8.count) + digits + "-S"
    }

    /// `count` random bytes.
    package func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count {
            withUnsafeBytes(of: next()) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }
}
