/// Writes a MaxMind DB file (version 2.0 of the format) that knows one IPv4 network.
struct LocationDatabase {
    indirect enum Value {
        case string(String)
        case double(Double)
        case unsigned16(UInt16)
        case unsigned32(UInt32)
        case unsigned64(UInt64)
        case map([(String, Value)])
        case array([Value])
    }

    /// The network's first three bytes: a /24.
    var network: [UInt8]
    var record: Value

    var bytes: [UInt8] {
        // One node for each bit; the branch not taken ends at once, the last one points to the record.
        let nodeCount = network.count * 8
        var tree: [UInt8] = []
        for bit in 0..<nodeCount {
            let taken = network[bit / 8] >> (7 - bit % 8) & 1
            let next = bit + 1 < nodeCount ? bit + 1 : nodeCount + 16
            let pair = taken == 0 ? [next, nodeCount] : [nodeCount, next]
            for value in pair { tree += [UInt8(value >> 16 & 0xff), UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }
        }
        let metadata = Value.map([
            ("binary_format_major_version", .unsigned16(2)), ("binary_format_minor_version", .unsigned16(0)),
            ("build_epoch", .unsigned64(1_700_000_000)), ("database_type", .string("GeoLite2-City")),
            ("description", .map([("en", .string("one network"))])), ("ip_version", .unsigned16(4)),
            ("languages", .array([.string("en")])), ("node_count", .unsigned32(UInt32(nodeCount))),
            ("record_size", .unsigned16(24)),
        ])
        let marker: [UInt8] = [0xab, 0xcd, 0xef] + Array("MaxMind.com".utf8)
        return tree + [UInt8](repeating: 0, count: 16) + Self.encoded(record) + marker + Self.encoded(metadata)
    }

    private static func encoded(_ value: Value) -> [UInt8] {
        switch value {
        case .string(let text): control(type: 2, size: text.utf8.count) + Array(text.utf8)
        case .double(let number): control(type: 3, size: 8) + bigEndian(number.bitPattern)
        case .unsigned16(let number): control(type: 5, size: 2) + bigEndian(number)
        case .unsigned32(let number): control(type: 6, size: 4) + bigEndian(number)
        case .unsigned64(let number): control(type: 9, size: 8) + bigEndian(number)
        case .map(let entries):
            control(type: 7, size: entries.count) + entries.flatMap { encoded(.string($0.0)) + encoded($0.1) }
        case .array(let values): control(type: 11, size: values.count) + values.flatMap { encoded($0) }
        }
    }

    /// Types above 7 stand in a byte of their own; nothing here is 29 bytes or longer but strings up to 284.
    private static func control(type: UInt8, size: Int) -> [UInt8] {
        precondition(size < 285)
        let low = UInt8(min(size, 29))
        let head = type > 7 ? [low, type - 7] : [type << 5 | low]
        return size < 29 ? head : head + [UInt8(size - 29)]
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
