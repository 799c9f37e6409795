/// A JSON value whose objects keep their order.
///
/// Not Foundation's coders: they let repeated keys pass, cannot say `users[1].ip` in an error, and escape slashes or
/// shuffle keys on the way out.
indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Always finite.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Equatable {
        let key: String
        let value: JSONValue
    }

    /// An object of the members that have something to say: those whose value is `nil` are left out.
    static func members(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
    }

    /// The value of an object's member; `nil` for other values and absent members.
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The value with the members of its objects in the order of their keys.
    var ordered: JSONValue {
        switch self {
        case .array(let values): .array(values.map(\.ordered))
        case .object(let members):
            .object(
                members.sorted { $0.key < $1.key }.map { Member(key: $0.key, value: $0.value.ordered) }
            )
        default: self
        }
    }

    /// What the value is, in words for an error message.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
