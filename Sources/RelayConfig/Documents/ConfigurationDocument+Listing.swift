extension ConfigurationDocument {
    /// The keys with type, default and help, for a terminal of 80 columns.
    package static var listing: String {
        var lines: [String] = []
        for key in ConfigurationKey.table {
            lines.append("\(key.name)  (\(key.typeDescription))")
            lines += wrap("default: \(defaultWords(of: key))", width: 74).map { "    \($0)" }
            lines += wrap(key.help, width: 74).map { "    \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
