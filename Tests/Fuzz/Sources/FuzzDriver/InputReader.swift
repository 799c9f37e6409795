/// Takes an input apart from its start. Past its end there are zeros, so that every input means something.
package struct InputReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether all was taken.
    package var isAtEnd: Bool { position >= bytes.count }

    /// The next byte.
    package mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    /// The next byte as a number below `bound`, which is at most 256.
    package mutating func number(below bound: Int) -> Int { Int(byte()) % bound }

    /// Whether the next byte is odd.
    package mutating func flag() -> Bool { byte() & 1 == 1 }

    /// One of `choices`, by the next byte.
    package mutating func pick<Element>(_ choices: [Element]) -> Element { choices[number(below: choices.count)] }

    /// Up to `count` bytes: what is left of them.
    package mutating func take(_ count: Int) -> [UInt8] {
        let end = min(position + count, bytes.count)
        defer { position = end }
        return [UInt8](bytes[position..<end])
    }

    /// Everything that is left.
    package mutating func rest() -> [UInt8] { take(bytes.count - position) }
}
