/// The checksum that every row carries over all its other columns, its key included: SQLite has none, and a flipped bit
/// in a token passes its integrity check.
///
/// FNV-1a with 64 bits. Each step is a bijection, so damage within one byte is always found; other damage passes with a
/// chance of 2⁻⁶⁴. It guards against faults, not against somebody who can write the file.
struct RowChecksum {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// - Parameter table: the row's table, so that a row never passes for one of another table.
    init(table: String) { add(table) }

    /// The value for the `checksum` column.
    var value: Int64 { Int64(bitPattern: state) }

    mutating func add(_ number: Int64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            add(byte: UInt8(truncatingIfNeeded: number >> Int64(shift)))
        }
    }

    mutating func add(_ number: Double) { add(Int64(bitPattern: number.bitPattern)) }

    /// The length goes first: "ab", "c" and "a", "bc" must differ.
    mutating func add(_ bytes: [UInt8]) {
        add(Int64(bytes.count))
        for byte in bytes { add(byte: byte) }
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            add(Int64(bytes.count))
            for byte in bytes { add(byte: byte) }
        }
    }

    /// No text and no number differ from an empty or zero one.
    mutating func add(_ text: String?) {
        add(byte: text == nil ? 0 : 1)
        if let text { add(text) }
    }

    mutating func add(_ number: Int64?) {
        add(byte: number == nil ? 0 : 1)
        if let number { add(number) }
    }

    private mutating func add(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
}
