extension ValueType where Value == Bool {
    /// `true` or `false`, nothing else.
    static let bool = ValueType(
        label: "true or false",
        read: { node, complaints in
            switch node.content {
            case .plain("true"), .raw("true"): return true
            case .plain("false"), .raw("false"): return false
            case .plain, .raw:
                complaints.addInvalid(node, problem: "is neither true nor false", expected: "one of the two")
                return nil
            default:
                complaints.addWrongType(node, expected: "true or false, without quotes")
                return nil
            }
        },
        write: { $0 ? "true" : "false" }
    )
}

extension ValueType where Value == Int {
    /// A decimal number within a range.
    static func int(_ range: ClosedRange<Int>, unit: String = "number") -> ValueType {
        let bounds = "\(range.lowerBound) … \(range.upperBound)"
        return ValueType(
            label: "\(unit), \(bounds)",
            read: { node, complaints in
                let text: String
                switch node.content {
                case .plain(let plain), .raw(let plain): text = plain
                default:
                    complaints.addWrongType(node, expected: "a number, \(bounds), without quotes")
                    return nil
                }
                let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
                guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
                    complaints.addInvalid(node, problem: "is not a whole number", expected: "digits alone, \(bounds)")
                    return nil
                }
                guard let value = DecimalText.int(text), range.contains(value) else {
                    complaints.addInvalid(node, problem: "is out of range", expected: bounds)
                    return nil
                }
                return value
            },
            write: { String($0) }
        )
    }
}

extension ValueType where Value == Double {
    /// A decimal number with or without a fraction, within a range.
    static func decimal(_ range: ClosedRange<Double>) -> ValueType {
        let bounds = "\(Int(range.lowerBound)) … \(Int(range.upperBound))"
        return ValueType(
            label: "number, \(bounds)",
            read: { node, complaints in
                let text: String
                switch node.content {
                case .plain(let plain), .raw(let plain): text = plain
                default:
                    complaints.addWrongType(node, expected: "a number, \(bounds), without quotes")
                    return nil
                }
                let isDecimal = text.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 || $0 == 45 }
                guard isDecimal, text.utf8.count <= 32, let value = Double(text) else {
                    complaints.addInvalid(node, problem: "is not a number", expected: "one such as 45.5088, \(bounds)")
                    return nil
                }
                guard range.contains(value) else {
                    complaints.addInvalid(node, problem: "is out of range", expected: bounds)
                    return nil
                }
                return value
            },
            write: { $0 == $0.rounded() ? String(Int($0)) : String($0) }
        )
    }
}

extension ValueType where Value == Duration {
    /// Whole numbers with units, within a range.
    static func duration(_ range: ClosedRange<Duration>) -> ValueType {
        let bounds = "\(DurationText.text(range.lowerBound)) … \(DurationText.text(range.upperBound))"
        return ValueType(
            label: "duration, \(bounds)",
            read: { node, complaints in
                guard let text = node.text else {
                    complaints.addWrongType(node, expected: "a duration such as 30s")
                    return nil
                }
                guard let value = DurationText.parse(text) else {
                    if DecimalText.int(text) != nil {
                        complaints.addInvalid(
                            node,
                            problem: "has no unit",
                            expected: "one, such as \(text)s for seconds (ms, s, m, h, d)"
                        )
                    } else {
                        complaints.addInvalid(
                            node,
                            problem: "is not a duration",
                            expected: "whole numbers with units, longest first, such as 500ms, 10s, 1h30m or 1d"
                        )
                    }
                    return nil
                }
                guard range.contains(value) else {
                    complaints.addInvalid(node, problem: "is out of range", expected: bounds)
                    return nil
                }
                return value
            },
            write: { DurationText.text($0) }
        )
    }
}

extension ValueType where Value == String {
    /// Free text of limited length, on one line.
    static func text(_ label: String = "text", longest: Int = 256) -> ValueType {
        ValueType(
            label: label,
            read: { node, complaints in
                guard let text = node.text else {
                    complaints.addWrongType(node, expected: "text")
                    return nil
                }
                if case .plain(let plain) = node.content, PlainText.meaning(of: plain) != nil {
                    complaints.addWrongType(node, expected: "it in quotes if it is meant as text")
                    return nil
                }
                guard !text.isEmpty, text.utf8.count <= longest,
                    text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
                else {
                    complaints.addInvalid(
                        node,
                        problem: "is too long or has control characters",
                        expected: "at most \(longest) bytes on one line"
                    )
                    return nil
                }
                return text
            },
            write: { YAMLText.scalar($0) }
        )
    }

    /// The absolute path of a file, directory or socket.
    static func path(longest: Int = 4_095) -> ValueType {
        parsed(
            "absolute path",
            expected: "an absolute path of at most \(longest) bytes, starting with /",
            parse: { text in
                let isPath = text.hasPrefix("/") && text.utf8.count <= longest
                return isPath && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
                    ? text : nil
            },
            problem: { $0.hasPrefix("/") ? "is not a usable path" : "is not an absolute path" },
            write: { YAMLText.scalar($0) }
        )
    }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words.
    static var choice: ValueType {
        let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return parsed(
            words,
            expected: "one of \(words)",
            parse: { Value(rawValue: $0) },
            problem: { text in
                let nearest = NearestName.find(text, among: Value.allCases.map(\.rawValue))
                return nearest.map { "is unknown (did you mean \($0)?)" } ?? "is unknown"
            },
            write: { $0.rawValue }
        )
    }
}
