/// How a key's value is read and written.
struct ValueType<Value: Sendable & Equatable>: Sendable {
    /// What the value is and what it may be, for people: `duration, 1s … 1d`.
    let label: String

    /// Whether environment and options give the value as YAML flow rather than as bare text.
    let isStructured: Bool

    /// Reads a value; `nil` after at least one complaint.
    let read: @Sendable (ValueNode, inout Complaints) -> Value?

    /// The text that reads back as the value; `nil` when there is none to write.
    let write: @Sendable (Value) -> String?

    init(
        label: String,
        isStructured: Bool = false,
        read: @escaping @Sendable (ValueNode, inout Complaints) -> Value?,
        write: @escaping @Sendable (Value) -> String?
    ) {
        self.label = label
        self.isStructured = isStructured
        self.read = read
        self.write = write
    }

    /// A value that may be absent.
    var optional: ValueType<Value?> {
        let (read, write) = (self.read, self.write)
        return ValueType<Value?>(
            label: label,
            isStructured: isStructured,
            read: { node, complaints in read(node, &complaints).map(Optional.some) },
            write: { $0.flatMap(write) }
        )
    }

    /// A value with a grammar of its own, so that YAML's reading of unquoted text does not matter.
    static func parsed(
        _ label: String,
        expected: String,
        parse: @escaping @Sendable (String) -> Value?,
        problem: @escaping @Sendable (String) -> String,
        write: @escaping @Sendable (Value) -> String
    ) -> ValueType {
        ValueType(
            label: label,
            read: { node, complaints in
                guard let text = node.text else {
                    complaints.addWrongType(node, expected: expected)
                    return nil
                }
                if let value = parse(text) { return value }
                complaints.addInvalid(node, problem: problem(text), expected: expected)
                return nil
            },
            write: write
        )
    }
}
