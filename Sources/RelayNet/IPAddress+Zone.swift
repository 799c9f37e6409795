extension IPAddress {
    /// The zone of an IPv6 address as a person wrote it, such as `%eth0` (RFC 4007): it means something on one link of one
    /// machine alone, and is refused everywhere.
    package static func zone(in text: String) -> String? {
        guard let percent = text.firstIndex(of: "%"), text[..<percent].contains(":") else { return nil }
        return String(text[percent...].prefix { $0 != "]" && $0 != "/" })
    }
}
