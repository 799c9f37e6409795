import RelayNet

/// Writes small geolocation databases in the MaxMind DB format, version 2.0.
struct GeoDatabaseWriter {
    /// A value of the data section.
    indirect enum Value {
        case string(String)
        case double(Double)
        case uint16(UInt16)
        case uint32(UInt32)
        case uint64(UInt64)
        case list([Value])
        case map(KeyValuePairs<String, Value>)
    }

    private enum Record {
        case empty
        case node(Int)
        case data(Int)
    }

    private let ipVersion: Int
    private var nodes: [(Record, Record)] = [(.empty, .empty)]
    private var data: [UInt8] = []

    /// - Parameter ipVersion: 6 for both families, 4 for IPv4 only.
    init(ipVersion: Int = 6) { self.ipVersion = ipVersion }

    /// The record of a city in the shape of GeoLite2-City.
    static func city(
        continent: (code: String, name: String),
        country: (code: String, name: String),
        latitude: Double,
        longitude: Double
    ) -> Value {
        .map([
            "continent": .map(["code": .string(continent.code), "names": .map(["en": .string(continent.name)])]),
            "country": .map(["iso_code": .string(country.code), "names": .map(["en": .string(country.name)])]),
            "location": .map(["latitude": .double(latitude), "longitude": .double(longitude)]),
        ])
    }

    mutating func add(_ network: String, _ value: Value) {
        let parsed = IPNetwork(network)!
        var bits = parsed.address.bytes.flatMap { byte in (0..<8).map { (byte >> (7 - UInt8($0))) & 1 == 1 } as [Bool] }
        bits = Array(bits.prefix(parsed.prefixLength))
        // An IPv6 tree holds IPv4 addresses at ::a.b.c.d.
        if parsed.address.isIPv4, ipVersion == 6 { bits = Array(repeating: false, count: 96) + bits }
        let offset = data.count
        Self.encode(value, into: &data)
        var node = 0
        for (depth, bit) in bits.enumerated() {
            if depth == bits.count - 1 {
                if bit { nodes[node].1 = .data(offset) } else { nodes[node].0 = .data(offset) }
            } else if case .node(let next) = bit ? nodes[node].1 : nodes[node].0 {
                node = next
            } else {
                nodes.append((.empty, .empty))
                let next = nodes.count - 1
                if bit { nodes[node].1 = .node(next) } else { nodes[node].0 = .node(next) }
                node = next
            }
        }
    }

    /// The file: search tree, 16 zero bytes, data section, marker, metadata.
    var file: [UInt8] {
        var file: [UInt8] = []
        for (left, right) in nodes {
            file += bytes(of: left)
            file += bytes(of: right)
        }
        file += [UInt8](repeating: 0, count: 16) + data
        file += [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        Self.encode(
            .map([
                "node_count": .uint32(UInt32(nodes.count)), "record_size": .uint16(32),
                "ip_version": .uint16(UInt16(ipVersion)), "database_type": .string("Test-City"),
                "languages": .list([.string("en")]), "binary_format_major_version": .uint16(2),
                "binary_format_minor_version": .uint16(0), "build_epoch": .uint64(1_700_000_000),
                "description": .map(["en": .string("for tests")]),
            ]),
            into: &file
        )
        return file
    }

    private func bytes(of record: Record) -> [UInt8] {
        switch record {
        case .empty: Self.bigEndian(UInt64(nodes.count), 4)
        case .node(let index): Self.bigEndian(UInt64(index), 4)
        case .data(let offset): Self.bigEndian(UInt64(nodes.count + 16 + offset), 4)
        }
    }

    private static func encode(_ value: Value, into bytes: inout [UInt8]) {
        switch value {
        case .string(let text):
            control(type: 2, size: text.utf8.count, into: &bytes)
            bytes += text.utf8
        case .double(let number):
            control(type: 3, size: 8, into: &bytes)
            bytes += bigEndian(number.bitPattern, 8)
        case .uint16(let number):
            control(type: 5, size: 2, into: &bytes)
            bytes += bigEndian(UInt64(number), 2)
        case .uint32(let number):
            control(type: 6, size: 4, into: &bytes)
            bytes += bigEndian(UInt64(number), 4)
        case .uint64(let number):
            control(type: 9, size: 8, into: &bytes)
            bytes += bigEndian(number, 8)
        case .map(let members):
            control(type: 7, size: members.count, into: &bytes)
            for (key, member) in members {
                encode(.string(key), into: &bytes)
                encode(member, into: &bytes)
            }
        case .list(let values):
            control(type: 11, size: values.count, into: &bytes)
            for value in values { encode(value, into: &bytes) }
        }
    }

    private static func control(type: UInt8, size: Int, into bytes: inout [UInt8]) {
        precondition(size < 285, "longer sizes are not needed here")
        let sizeBits = UInt8(min(size, 29))
        bytes.append((type > 7 ? 0 : type << 5) | sizeBits)
        if type > 7 { bytes.append(type - 7) }
        if size >= 29 { bytes.append(UInt8(size - 29)) }
    }

    private static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }
}
