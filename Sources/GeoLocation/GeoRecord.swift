/// What a geolocation database says of an address; every part may be unknown.
package struct GeoRecord: Sendable, Equatable {
    /// Two capital letters, such as `NA`.
    package var continentCode: String?
    /// The English name.
    package var continentName: String?
    /// ISO 3166-1 alpha-2, such as `CA`.
    package var countryCode: String?
    /// The English name.
    package var countryName: String?
    /// Degrees north, −90 … 90.
    package var latitude: Double?
    /// Degrees east, −180 … 180.
    package var longitude: Double?

    package init(
        continentCode: String? = nil,
        continentName: String? = nil,
        countryCode: String? = nil,
        countryName: String? = nil,
        latitude: Double? = nil,
        longitude: Double? = nil
    ) {
        self.continentCode = continentCode
        self.continentName = continentName
        self.countryCode = countryCode
        self.countryName = countryName
        self.latitude = latitude
        self.longitude = longitude
    }
}
