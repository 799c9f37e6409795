import HTTPTypes
import RelayNet
import Testing

@testable import GeoLocation
@testable import RelayHTTP

@Suite("Calls on IP addresses")
struct AddressCallTests {
    private func locator() throws -> (GeoLocator, TemporaryFile) {
        var writer = GeoDatabaseWriter()
        writer.add(
            "1.1.1.0/24",
            GeoDatabaseWriter.city(
                continent: ("NA", "North America"),
                country: ("CA", "Canada"),
                latitude: 45.5088,
                longitude: -73.5878
            )
        )
        writer.add("2001:db8::/32", .map(["country": .map(["iso_code": .string("FR")])]))
        let file = try TemporaryFile(writer.file)
        return (GeoLocator(try GeoDatabase(path: file.path)), file)
    }

    @Test("A caller is told its address")
    func own() async throws {
        let answer = try await APIFixture().send(.get, "/v1/ip")
        #expect(answer.text == #"{"public_ip":"127.0.0.1"}"#)
    }

    @Test("An address is looked up in the database")
    func one() async throws {
        let (locator, file) = try locator()
        let fixture = APIFixture(locator: locator)
        #expect(
            try await fixture.send(.get, "/v1/ip/1.1.1.1/lookup").text
                == #"{"type":"IPV4","ip_address":"1.1.1.1","location":{"continent":{"code":"NA","name":"North America"},"#
                + #""country":{"code":"CA","name":"Canada"},"latitude":45.5088,"longitude":-73.5878}}"#
        )
        #expect(
            try await fixture.send(.get, "/v1/ip/2001:DB8%3A%3A1/lookup").text
                == #"{"type":"IPV6","ip_address":"2001:DB8::1","location":{"country":{"code":"FR"}}}"#
        )
        #expect(try await fixture.send(.get, "/v1/ip/9.9.9.9/lookup").status == 404)
        let invalid = try await fixture.send(.get, "/v1/ip/1.1.1/lookup")
        #expect(invalid.status == 400)
        #expect(invalid.message?.contains("\"1.1.1\"") == true)
        withExtendedLifetime(file) {}
    }

    @Test("Several addresses are answered in order, an unknown one without location")
    func many() async throws {
        let (locator, file) = try locator()
        let answer = try await APIFixture(locator: locator).send(
            .post,
            "/v1/ips/lookup",
            body: #"{"addresses":["9.9.9.9","1.1.1.1"]}"#
        )
        #expect(answer.status == 200)
        #expect(
            answer.json.at("addresses", "0") == .members(["type": .string("IPV4"), "ip_address": .string("9.9.9.9")])
        )
        #expect(answer.json.at("addresses", "1", "location", "country", "code") == .string("CA"))
        #expect(answer.json.at("addresses", "2") == nil)
        withExtendedLifetime(file) {}
    }

    @Test(
        "A list of addresses that is not right is 400",
        arguments: [
            ("{}", "addresses is missing"), (#"{"addresses":[]}"#, "0 entries"),
            (#"{"addresses":"1.1.1.1"}"#, "a string"),
            (#"{"addresses":["1.1.1.1","x"]}"#, "addresses[1] is \"x\", which is not an IP address"),
            (#"{"addresses":[\#(Array(repeating: "\"1.1.1.1\"", count: 21).joined(separator: ","))]}"#, "21 entries"),
        ]
    )
    func invalid(body: String, part: String) async throws {
        let (locator, file) = try locator()
        let answer = try await APIFixture(locator: locator).send(.post, "/v1/ips/lookup", body: body)
        #expect(answer.status == 400)
        #expect(answer.message?.contains(part) == true, "\(answer.text)")
        withExtendedLifetime(file) {}
    }

    @Test("Without a database, look-ups are 404 and say why")
    func noDatabase() async throws {
        let fixture = APIFixture()
        let one = try await fixture.send(.get, "/v1/ip/1.1.1.1/lookup")
        let many = try await fixture.send(.post, "/v1/ips/lookup", body: #"{"addresses":["1.1.1.1"]}"#)
        for answer in [one, many] {
            #expect(answer.status == 404)
            #expect(answer.message?.contains("geoip.database") == true)
        }
    }
}
