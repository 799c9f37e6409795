/// Reads one entry of `api.keys`.
enum APIKeyReader {
    /// Which of two names a call with the key would go by, and with which scopes, would be left to chance.
    static func sameKey(_ first: String, _ second: String) -> String {
        "the keys \(Complaints.quote(first)) and \(Complaints.quote(second)) have the same sha256: keep one of them with all its "
            + "scopes, or make another key with 'causewayd new-key'"
    }

    private static let fields = ["name", "sha256", "scopes"]

    /// The entry; `nil` after at least one complaint. The hash appears in none of them: a key itself may stand there by
    /// mistake.
    static func read(_ node: ValueNode, _ complaints: inout Complaints) -> APIKey? {
        guard case .map(let pairs) = node.content else {
            complaints.add(node.position, "an entry is \(node.shape), write {name: …, sha256: …, scopes: […]}")
            return nil
        }
        var values: [String: ValueNode] = [:]
        var isSound = true
        for (key, value) in pairs {
            let name = key.text ?? ""
            guard fields.contains(name) else {
                // A name that is no field may itself be a secret in the wrong place.
                let nearest = NearestName.find(name, among: fields).map { " (did you mean \($0)?)" } ?? ""
                complaints.add(key.position, "unknown field\(nearest), write name, sha256 and scopes")
                isSound = false
                continue
            }
            if values.updateValue(value, forKey: name) != nil {
                complaints.add(key.position, "\(name) is given twice, keep one")
                isSound = false
            }
        }
        for field in fields where values[field] == nil {
            complaints.add(node.position, "an entry has no \(field), write {name: …, sha256: …, scopes: […]}")
            isSound = false
        }
        let name = values["name"].flatMap { readName($0, &complaints) }
        let hash = values["sha256"].flatMap { readHash($0, &complaints) }
        let scopes = values["scopes"].flatMap { readScopes($0, &complaints) }
        guard isSound, let name, let hash, let scopes else { return nil }
        return APIKey(name: name, sha256: hash, scopes: scopes)
    }

    private static func readName(_ node: ValueNode, _ complaints: inout Complaints) -> String? {
        // Names appear in logs and metrics, so they keep to a narrow alphabet.
        guard let text = node.text, (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ isNameByte($0) })
        else {
            complaints.add(node.position, "the name is not usable, write 1 … 64 of letters, digits, '-', '_' and '.'")
            return nil
        }
        return text
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func readHash(_ node: ValueNode, _ complaints: inout Complaints) -> [UInt8]? {
        let digits = (node.text ?? "").utf8.map { byte in Character(Unicode.Scalar(byte)).hexDigitValue }
        guard digits.count == 64, !digits.contains(nil) else {
            complaints.add(
                node.position,
                "sha256 is not 64 hexadecimal digits (value not shown), write the line that causewayd new-key prints"
            )
            return nil
        }
        let values = digits.compactMap { $0 }
        return stride(from: 0, to: 64, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    private static func readScopes(_ node: ValueNode, _ complaints: inout Complaints) -> Set<APIScope>? {
        let known = APIScope.allCases.map(\.rawValue).joined(separator: ", ")
        guard case .list(let items) = node.content, !items.isEmpty else {
            complaints.add(node.position, "scopes is not a list of at least one scope, write some of [\(known)]")
            return nil
        }
        var scopes: Set<APIScope> = []
        var isSound = true
        for item in items {
            if let scope = item.text.flatMap(APIScope.init(rawValue:)) {
                scopes.insert(scope)
            } else {
                complaints.add(item.position, "unknown scope, write some of [\(known)]")
                isSound = false
            }
        }
        return isSound ? scopes : nil
    }
}
