/// One key of the configuration: the row of the table from which reading, help, default file and manual are made.
package struct ConfigurationKey: Sendable {
    /// The dotted name, such as `relay.ports.shared`.
    package let name: String

    /// What the value is and may be, in words.
    package let typeDescription: String

    /// The default as YAML; `nil` when there is none.
    package let defaultText: String?

    /// What stands in the place of an absent default, in words.
    package let defaultNote: String?

    /// A value as YAML, for keys without a default.
    package let example: String

    /// One or more sentences.
    package let help: String

    /// Whether a reload applies a change; else it needs a restart.
    package let isReloadable: Bool

    /// Whether the value stays out of errors, listings and process arguments.
    package let isSecret: Bool

    /// Whether environment and options give the value in YAML flow syntax.
    let isStructured: Bool

    /// Reads a value into the configuration, or complains and leaves it as it was.
    let assign: @Sendable (ValueNode, inout Configuration, inout Complaints) -> Void

    /// Puts the default into the configuration.
    let setDefault: @Sendable (inout Configuration) -> Void

    /// The value as YAML; `nil` when there is none.
    let text: @Sendable (Configuration) -> String?

    /// Whether the value is the same in both configurations.
    let isEqual: @Sendable (Configuration, Configuration) -> Bool

    /// The environment variable that sets the key.
    package var environmentName: String {
        EnvironmentSource.prefix + name.uppercased().replacing(".", with: "_")
    }

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - field: where the value lies in the configuration.
    ///   - type: how the value is read and written.
    ///   - fallback: the default.
    ///   - note: what an absent default means; needed exactly when `type` writes nothing for `fallback`.
    ///   - example: a value for the documents; the default when left out.
    init<Value>(
        _ name: String,
        _ field: any WritableKeyPath<Configuration, Value> & Sendable,
        _ type: ValueType<Value>,
        default fallback: Value,
        note: String? = nil,
        example: String? = nil,
        reloadable: Bool,
        secret: Bool = false,
        _ help: String
    ) {
        self.name = name
        typeDescription = type.label
        defaultText = type.write(fallback)
        defaultNote = note
        self.example = example ?? type.write(fallback) ?? ""
        self.help = help
        isReloadable = reloadable
        isSecret = secret
        isStructured = type.isStructured
        let (read, write) = (type.read, type.write)
        assign = { node, configuration, complaints in
            if let value = read(node, &complaints) { configuration[keyPath: field] = value }
        }
        setDefault = { $0[keyPath: field] = fallback }
        text = { write($0[keyPath: field]) }
        isEqual = { $0[keyPath: field] == $1[keyPath: field] }
    }

    /// Makes a row whose value may be absent.
    init<Value>(
        _ name: String,
        _ field: any WritableKeyPath<Configuration, Value?> & Sendable,
        optional type: ValueType<Value>,
        default fallback: Value? = nil,
        note: String? = nil,
        example: String? = nil,
        reloadable: Bool,
        secret: Bool = false,
        _ help: String
    ) {
        self.init(
            name,
            field,
            type.optional,
            default: fallback,
            note: note,
            example: example,
            reloadable: reloadable,
            secret: secret,
            help
        )
    }
}

extension ConfigurationKey {
    /// Every key, in the order of the documents.
    package static let table: [ConfigurationKey] =
        apiKeys + access("api", of: "api.listen", mode: \.api.access.mode, group: \.api.access.group) + relayKeys
        + sessionKeys
        + access("lobbies", of: "lobbies.listen", mode: \.lobbies.access.mode, group: \.lobbies.access.group)
        + protectionKeys + serviceKeys

    /// The key of a name.
    package static func named(_ name: String) -> ConfigurationKey? { byName[name] }

    /// Every name that has keys below it: `relay`, `relay.ports` and so on.
    static let groups: Set<String> = Set(
        table.flatMap { key in
            let parts = key.name.split(separator: ".")
            return (1..<parts.count).map { parts.prefix($0).joined(separator: ".") }
        }
    )

    /// The known key that was most likely meant.
    static func nearest(to name: String) -> String? { NearestName.find(name, among: table.map(\.name)) }

    private static let byName = Dictionary(table.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}
