/// Where a relay stands, as far as the operator said: what placement filters are compared with.
package struct RelayLocation: Sendable, Equatable {
    package var city: String?
    package var country: String?
    package var continent: String?
    package var region: String?
    package var administrativeDivision: String?
    /// The operator's own labels.
    package var locationTags: [String]
    /// Degrees north, −90 … 90.
    package var latitude: Double?
    /// Degrees east, −180 … 180.
    package var longitude: Double?

    package init(
        city: String? = nil,
        country: String? = nil,
        continent: String? = nil,
        region: String? = nil,
        administrativeDivision: String? = nil,
        locationTags: [String] = [],
        latitude: Double? = nil,
        longitude: Double? = nil
    ) {
        self.city = city
        self.country = country
        self.continent = continent
        self.region = region
        self.administrativeDivision = administrativeDivision
        self.locationTags = locationTags
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Whether nothing is said that a filter could be compared with.
    package var isUnknown: Bool { FilterField.location.values(in: self).isEmpty }
}

/// A field that a placement filter may name.
package enum FilterField: String, Sendable, CaseIterable {
    case city, country, continent, region
    case administrativeDivision = "administrative_division"
    case locationTags = "location_tags"
    /// Any of the others.
    case location

    /// What the location says for this field; empty where it says nothing.
    package func values(in location: RelayLocation) -> [String] {
        switch self {
        case .city: Self.present(location.city)
        case .country: Self.present(location.country)
        case .continent: Self.present(location.continent)
        case .region: Self.present(location.region)
        case .administrativeDivision: Self.present(location.administrativeDivision)
        case .locationTags: location.locationTags.flatMap { Self.present($0) }
        case .location: Self.allCases.filter { $0 != .location }.flatMap { $0.values(in: location) }
        }
    }

    private static func present(_ value: String?) -> [String] {
        guard let value, !value.comparable.isEmpty else { return [] }
        return [value]
    }
}

extension String {
    /// The text as filters compare it: without case and surrounding white space.
    var comparable: String { trimmed.lowercased() }

    /// The text without surrounding white space.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
