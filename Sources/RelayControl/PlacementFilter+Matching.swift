extension PlacementFilter {
    /// Whether a relay at this location may serve the session.
    ///
    /// `any`: one of the values fits, `all`: every value does, `not`: none does. A field that does not exist fits no
    /// relay, whatever the kind; a filter without values asks for nothing and fits every relay.
    package func matches(_ location: RelayLocation) -> Bool {
        guard let known = knownField else { return false }
        if values.isEmpty { return true }
        let present = Set(known.values(in: location).map(\.comparable))
        switch kind {
        case .any: return values.contains { present.contains($0.comparable) }
        case .all: return values.allSatisfy { present.contains($0.comparable) }
        case .not: return !values.contains { present.contains($0.comparable) }
        }
    }

    /// Why no relay was found, in words for the caller; `nil` when the filter fits.
    package func mismatch(with location: RelayLocation) -> String? {
        if matches(location) { return nil }
        guard let known = knownField else {
            let fields = FilterField.allCases.map(\.rawValue).joined(separator: ", ")
            return "no relay matches the filters: there is no field '\(field.clipped(to: 120))'; use one of \(fields)"
        }
        let wanted = values.joined(separator: ", ").clipped(to: 120)
        let present = known.values(in: location)
        let here = present.isEmpty ? "is not known" : "is \(present.joined(separator: ", ").clipped(to: 120))"
        return "no relay matches the filters: '\(known.rawValue)' \(kind.rawValue) of [\(wanted)] fails, "
            + "this relay's \(known.rawValue) \(here)"
    }

    private var knownField: FilterField? { FilterField(rawValue: field.comparable) }
}
