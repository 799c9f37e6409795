import GeoLocation
import RelayNet
import Testing

@Suite("The geolocation database")
struct GeoDatabaseTests {
    private static let berlin = GeoDatabaseWriter.city(
        continent: ("EU", "Europe"),
        country: ("DE", "Germany"),
        latitude: 52.5,
        longitude: 13.4
    )

    private func lookUp(_ writer: GeoDatabaseWriter, _ address: String) throws -> GeoRecord? {
        let file = try TemporaryFile(writer.file)
        return try GeoDatabase(path: file.path).record(for: try #require(IPAddress(address)))
    }

    @Test(
        "An address is found by its network, in both families",
        arguments: [
            ("192.0.2.0", true), ("192.0.2.255", true), ("192.0.3.0", false), ("192.0.1.255", false),
            ("::ffff:192.0.2.7", true), ("2001:db8::", true), ("2001:db8:ffff::1", true), ("2001:db9::", false),
            ("198.51.100.7", true), ("198.51.100.8", false), ("::1", false), ("255.255.255.255", false),
        ]
    )
    func found(address: String, isKnown: Bool) throws {
        var writer = GeoDatabaseWriter()
        for network in ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"] { writer.add(network, Self.berlin) }
        let record = try lookUp(writer, address)
        #expect(
            record
                == (isKnown
                    ? GeoRecord(
                        continentCode: "EU",
                        continentName: "Europe",
                        countryCode: "DE",
                        countryName: "Germany",
                        latitude: 52.5,
                        longitude: 13.4
                    ) : nil)
        )
    }

    @Test("A database of IPv4 only knows IPv4, and says nothing of IPv6")
    func ipv4Only() throws {
        var writer = GeoDatabaseWriter(ipVersion: 4)
        writer.add("192.0.2.0/24", Self.berlin)
        #expect(try lookUp(writer, "192.0.2.1")?.countryCode == "DE")
        #expect(try lookUp(writer, "2001:db8::1") == nil)
    }

    @Test("Records may lack anything, and values of the wrong kind or out of range count as unknown")
    func partial() throws {
        var writer = GeoDatabaseWriter()
        writer.add("192.0.2.1", .map(["country": .map(["iso_code": .string("DE")])]))
        writer.add("192.0.2.2", .map(["location": .map(["latitude": .double(91), "longitude": .double(.nan)])]))
        writer.add("192.0.2.3", .map(["country": .string("DE"), "location": .map(["latitude": .string("5")])]))
        writer.add("192.0.2.4", .map([:]))
        #expect(try lookUp(writer, "192.0.2.1") == GeoRecord(countryCode: "DE"))
        for address in ["192.0.2.2", "192.0.2.3", "192.0.2.4"] { #expect(try lookUp(writer, address) == nil) }
    }

    @Test("A file that is missing or no database is refused with its name")
    func unusable() throws {
        let text = try TemporaryFile(Array("this is no database".utf8))
        for path in ["/nonexistent/geo.mmdb", text.path, "/tmp"] {
            let error = #expect(throws: GeoDatabaseError.self) { try GeoDatabase(path: path) }
            #expect(error?.message.contains(path) == true)
        }
    }

    @Test("A file that is cut off anywhere is refused or answers something, and never crashes")
    func truncated() throws {
        var writer = GeoDatabaseWriter()
        writer.add("192.0.2.0/24", Self.berlin)
        let whole = writer.file
        for length in stride(from: 0, to: whole.count, by: 7) {
            let file = try TemporaryFile(Array(whole.prefix(length)))
            _ = try? GeoDatabase(path: file.path).record(for: IPAddress(ipv4: 0xC000_0201))
        }
    }

    @Test("A locator takes another database while it is used by many at once")
    func replaced() async throws {
        var first = GeoDatabaseWriter()
        first.add("192.0.2.0/24", .map(["country": .map(["iso_code": .string("DE")])]))
        var second = GeoDatabaseWriter()
        second.add("192.0.2.0/24", .map(["country": .map(["iso_code": .string("FR")])]))
        let files = [try TemporaryFile(first.file), try TemporaryFile(second.file)]
        let locator = GeoLocator()
        #expect(!locator.isConfigured)
        #expect(locator.record(for: IPAddress(ipv4: 0xC000_0201)) == nil)
        locator.replace(with: try GeoDatabase(path: files[0].path))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<500 {
                        let code = locator.record(for: IPAddress(ipv4: 0xC000_0201))?.countryCode
                        #expect(code == "DE" || code == "FR")
                    }
                }
            }
            for index in 0..<20 { locator.replace(with: try GeoDatabase(path: files[index % 2].path)) }
            try await group.waitForAll()
        }
        #expect(locator.isConfigured)
    }
}
