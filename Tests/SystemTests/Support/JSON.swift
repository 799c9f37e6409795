import Foundation

/// Any JSON value, for looking at answers key by key.
enum JSON: Decodable, Equatable {
    case object([String: JSON])
    case array([JSON])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    init(from decoder: any Decoder) throws {
        if let object = try? [String: JSON](from: decoder) {
            self = .object(object)
        } else if let array = try? [JSON](from: decoder) {
            self = .array(array)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let bool = try? container.decode(Bool.self) {
                self = .bool(bool)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .string(try container.decode(String.self))
            }
        }
    }

    static func parse(_ bytes: some Sequence<UInt8>) throws -> JSON {
        try JSONDecoder().decode(JSON.self, from: Data(bytes))
    }

    subscript(key: String) -> JSON? {
        object?[key]
    }

    subscript(index: Int) -> JSON? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }

    var object: [String: JSON]? {
        if case .object(let value) = self { value } else { nil }
    }

    var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    var number: Double? {
        if case .number(let value) = self { value } else { nil }
    }

    var int: Int? {
        number.flatMap { Int(exactly: $0) }
    }

    var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    var keys: Set<String> {
        Set((object ?? [:]).keys)
    }

    /// Whether a null stands anywhere inside.
    var containsNull: Bool {
        switch self {
        case .null: true
        case .object(let object): object.values.contains { $0.containsNull }
        case .array(let array): array.contains { $0.containsNull }
        default: false
        }
    }

    /// Every value that stands under the key, at any depth.
    func values(under key: String) -> [JSON] {
        switch self {
        case .object(let object):
            object.flatMap { name, value in (name == key ? [value] : []) + value.values(under: key) }
        case .array(let array): array.flatMap { $0.values(under: key) }
        default: []
        }
    }
}
