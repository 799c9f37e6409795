internal import GeoLocation
internal import Hummingbird
internal import RelayControl
internal import RelayNet

/// The calls that tell the caller's address, and where addresses are.
struct AddressRoutes: Sendable {
    /// How many addresses one call may ask for.
    static let maxAddresses = 20

    let locator: GeoLocator

    var routes: [Route] {
        [
            Route(.get, "/v1/ip", .key(.addresses), handle: own),
            Route(.get, "/v1/ip/{ip}/lookup", .key(.addresses), handle: lookUpOne),
            Route(.post, "/v1/ips/lookup", .key(.addresses), handle: lookUpMany),
        ]
    }

    @Sendable private func own(_ call: APICall) async throws -> Response {
        .json(.members(["public_ip": .string(call.caller.description)]))
    }

    @Sendable private func lookUpOne(_ call: APICall) async throws -> Response {
        let text = call.parameter("ip")
        guard let address = IPAddress(text) else {
            throw RelayError(
                .invalid,
                "the path names \(text.quotedForMessage), which is \(text.fault); send an IPv4 or IPv6 literal"
            )
        }
        try requireDatabase()
        guard let place = locator.record(for: address) else {
            throw RelayError(.notFound, "the geolocation database does not know the address \(address)")
        }
        return .json(Self.answer(address, as: text, place))
    }

    /// An address that the database does not know is answered without `location`, so that one of them does not spoil
    /// the others.
    @Sendable private func lookUpMany(_ call: APICall) async throws -> Response {
        let fields = try await call.jsonBody().field("addresses").elements()
        guard (1...Self.maxAddresses).contains(fields.count) else {
            throw RelayError(.invalid, "addresses has \(fields.count) entries; send 1 to \(Self.maxAddresses) at once")
        }
        let addresses = try fields.map { try $0.ipAddress() }
        try requireDatabase()
        return .json(
            .members([
                "addresses": .array(
                    addresses.map { Self.answer($0.value, as: $0.text, locator.record(for: $0.value)) }
                )
            ])
        )
    }

    private func requireDatabase() throws(RelayError) {
        guard !locator.isConfigured else { return }
        throw RelayError(.notFound, "this relay has no geolocation database; its operator can set 'geoip.database'")
    }

    private static func answer(_ address: IPAddress, as text: String, _ place: GeoRecord?) -> JSONValue {
        .members([
            "type": .string(address.isIPv4 ? "IPV4" : "IPV6"),
            "ip_address": .string(text),
            "location": place.map { place in
                .members([
                    "continent": area(code: place.continentCode, name: place.continentName),
                    "country": area(code: place.countryCode, name: place.countryName),
                    "latitude": place.latitude.map { .number($0) },
                    "longitude": place.longitude.map { .number($0) },
                ])
            },
        ])
    }

    private static func area(code: String?, name: String?) -> JSONValue? {
        guard code != nil || name != nil else { return nil }
        return .members(["code": code.map { .string($0) }, "name": name.map { .string($0) }])
    }
}

extension JSONField {
    /// An IP address: its text to the letter, and what it means.
    fileprivate func ipAddress() throws(RelayError) -> (text: String, value: IPAddress) {
        let text = try string()
        guard let address = IPAddress(text) else {
            throw RelayError(
                .invalid,
                "\(path) is \(text.quotedForMessage), which is \(text.fault); send an IPv4 or IPv6 literal"
            )
        }
        return (text, address)
    }
}

extension String {
    /// What keeps a text from being an address.
    fileprivate var fault: String {
        IPAddress.zone(in: self).map {
            "an address with a zone (\($0.quotedForMessage)), which only means something on one machine"
        }
            ?? "not an IP address"
    }
}
