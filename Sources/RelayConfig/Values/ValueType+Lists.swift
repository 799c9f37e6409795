import RelayNet

extension ValueType {
    /// A list of values of one type, each read by itself so that all of its problems are found.
    static func list<Element>(of element: ValueType<Element>, named plural: String) -> ValueType
    where Value == [Element] {
        ValueType(
            label: "list of \(plural)",
            isStructured: true,
            read: { node, complaints in
                guard case .list(let items) = node.content else {
                    complaints.addWrongType(node, expected: "a list of \(plural), such as [one, two]")
                    return nil
                }
                guard items.count <= 1_000 else {
                    complaints.add(node.position, "has \(items.count) entries, write at most 1000")
                    return nil
                }
                let values = items.map { element.read($0, &complaints) }
                return values.contains(nil) ? nil : values.compactMap { $0 }
            },
            write: { values in values.isEmpty ? nil : YAMLText.list(values.compactMap(element.write)) }
        )
    }
}

extension ValueType where Value == IPNetwork {
    /// One network in CIDR form.
    static let network = parsed(
        "network",
        expected: "one such as 10.0.0.0/8 or 2001:db8::/32",
        parse: { text in IPNetwork(text).flatMap { $0.address == leading(text) ? $0 : nil } },
        problem: { text in
            guard let network = IPNetwork(text), let address = leading(text) else {
                return InvisibleText.zone(in: text) ?? "is not a network"
            }
            return "names an address inside of the network \(network), whose first one is \(network.address) (for "
                + "\(address) alone write \(address)/\(address.bitWidth))"
        },
        write: { YAMLText.scalar($0.description) }
    )

    /// The address in front of the slash.
    private static func leading(_ text: String) -> IPAddress? {
        IPAddress(String(text.prefix { $0 != "/" }))
    }
}

extension ValueType where Value == [APIKey] {
    /// The list of API keys; a key's hash is never shown.
    static let apiKeys = ValueType(
        label: "list of {name, sha256, scopes}",
        isStructured: true,
        read: { node, complaints in
            guard case .list(let items) = node.content else {
                complaints.addWrongType(node, expected: "a list of {name, sha256, scopes}")
                return nil
            }
            guard items.count <= 1_000 else {
                complaints.add(node.position, "has \(items.count) entries, write at most 1000")
                return nil
            }
            var keys: [APIKey] = []
            for item in items {
                guard let key = APIKeyReader.read(item, &complaints) else { continue }
                if keys.contains(where: { $0.name == key.name }) {
                    complaints.add(
                        item.position,
                        "the name \(Complaints.quote(key.name)) is used twice, give each key its own name"
                    )
                    continue
                }
                if let twin = keys.first(where: { $0.sha256 == key.sha256 }) {
                    complaints.add(item.position, APIKeyReader.sameKey(twin.name, key.name))
                    continue
                }
                keys.append(key)
            }
            return keys.count == items.count ? keys : nil
        },
        write: { keys in
            keys.isEmpty ? nil : YAMLText.list(keys.map { YAMLText.scalar($0.name) })
        }
    )
}
