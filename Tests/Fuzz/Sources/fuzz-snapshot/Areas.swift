import FuzzDriver

@testable import RelayCore
@testable import RelayPlane

/// The parts of a relay's memory, found in the layout itself: a table that is added to it is damaged too.
enum Areas {
    /// Each table's place in a section, and its length.
    static func tables(_ layout: EngineLayout) -> [Range<Int>] {
        let others = ["userCapacity", "sessionCapacity", "byteCount"]
        let starts = Mirror(reflecting: layout).children
            .filter { !others.contains($0.label ?? "") }
            .compactMap { $0.value as? Int }
            .sorted()
        return zip(starts, starts.dropFirst() + [layout.byteCount]).map { $0..<$1 }
    }

    /// Writes the damage over the memory.
    /// - Returns: whether any of it fell on the header.
    static func apply(_ damage: [Damage], to file: TableFile) -> Bool {
        let tables = tables(file.layout)
        var isHeaderHit = false
        for piece in damage {
            let area = Int(piece.area) % (tables.count + 1)
            if area == tables.count {
                isHeaderHit = true
                let header = file.section(0) - TableHeader.byteCount
                apply(piece, to: UnsafeMutableRawBufferPointer(start: header, count: TableHeader.completionOffset + 8))
            } else {
                let start = file.section(0) + tables[area].lowerBound
                apply(piece, to: UnsafeMutableRawBufferPointer(start: start, count: tables[area].count))
            }
        }
        return isHeaderHit
    }

    private static func apply(_ piece: Damage, to memory: UnsafeMutableRawBufferPointer) {
        let offset = piece.offset % memory.count
        let line = UnsafeMutableRawBufferPointer(
            rebasing: memory[(offset & ~63)..<min((offset & ~63) + 64, memory.count)]
        )
        func store<Value: FixedWidthInteger>(_ value: Value) {
            let bytes = min(MemoryLayout<Value>.size, memory.count - offset)
            withUnsafeBytes(of: value) {
                UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + bytes]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: $0.prefix(bytes))
                )
            }
        }
        switch piece.kind {
        case .byte: store(UInt8(truncatingIfNeeded: piece.value))
        case .halfWord: store(UInt16(truncatingIfNeeded: piece.value))
        case .word: store(piece.value)
        case .twoWords: store(UInt64(piece.value) << 32 | UInt64(piece.value))
        case .add: memory[offset] = memory[offset] &+ UInt8(truncatingIfNeeded: piece.value)
        case .clearLine: line.initializeMemory(as: UInt8.self, repeating: 0)
        case .fillLine: line.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: piece.value))
        case .copyLine:
            // Another entry of the same table, as it is.
            let from = Int(piece.value) % memory.count & ~63
            let source = memory[from..<min(from + line.count, memory.count)]
            line.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(line.count)))
        case .clearRest:
            // As if the process had died while it wrote the line.
            UnsafeMutableRawBufferPointer(rebasing: line[(offset & 63)...]).initializeMemory(
                as: UInt8.self,
                repeating: 0
            )
        }
    }

    /// Gives a header the checksum that fits it: FNV-1a over its eight words, written here a second time.
    static func reseal(_ file: TableFile) {
        let header = file.section(0) - TableHeader.byteCount
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325
        for word in 0..<8 { sum = (sum ^ header.load(fromByteOffset: 8 * word, as: UInt64.self)) &* 0x100_0000_01B3 }
        header.storeBytes(of: sum, toByteOffset: 64, as: UInt64.self)
    }
}
