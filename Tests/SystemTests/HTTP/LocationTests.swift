import Foundation
import Testing

/// Lookups and user locations with a database.
@Suite(.showsLogOnFailure) struct LocationTests {
    private static let montreal = LocationDatabase(
        network: [81, 2, 69],
        record: .map([
            ("continent", .map([("code", .string("NA")), ("names", .map([("en", .string("North America"))]))])),
            ("country", .map([("iso_code", .string("CA")), ("names", .map([("en", .string("Canada"))]))])),
            ("location", .map([("latitude", .double(45.5)), ("longitude", .double(-73.25))])),
        ])
    )

    private static let location = JSON.object([
        "continent": .object(["code": .string("NA"), "name": .string("North America")]),
        "country": .object(["code": .string("CA"), "name": .string("Canada")]),
        "latitude": .number(45.5),
        "longitude": .number(-73.25),
    ])

    private func withDatabase(_ body: (TestDaemon) throws -> Void) throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path("city.mmdb")
        try Data(Self.montreal.bytes).write(to: URL(fileURLWithPath: path))
        try withDaemon(["geoip.database=\(path)"]) { try body($0) }
    }

    @Test("A lookup answers type, address and location")
    func lookup() throws {
        try withDatabase { daemon in
            let json = try expectJSON(try daemon.api.get("/v1/ip/81.2.69.142/lookup"))
            #expect(json.keys == ["type", "ip_address", "location"])
            #expect(json["type"]?.string?.isEmpty == false)
            #expect(json["ip_address"]?.string == "81.2.69.142")
            #expect(json["location"] == Self.location)
            expectError(try daemon.api.get("/v1/ip/nonsense/lookup"), 400)
        }
    }

    @Test("A lookup of several addresses answers a list in their order")
    func lookups() throws {
        try withDatabase { daemon in
            let addresses = (1...20).map { "\"81.2.69.\($0)\"" }.joined(separator: ",")
            let response = try daemon.api.post("/v1/ips/lookup", #"{"addresses": [\#(addresses)]}"#)
            let json = try expectJSON(response)
            // The hosted service wraps the list; a bare one would satisfy the specification's words too.
            let list = try #require(json["addresses"]?.array ?? json.array, "a list: \(response.text)")
            #expect(list.map { $0["ip_address"]?.string } == (1...20).map { "81.2.69.\($0)" })
            for entry in list { #expect(entry["location"] == Self.location) }
        }
    }

    @Test("An address that the database does not know is 404")
    func unknownAddress() throws {
        try withDatabase { daemon in
            expectError(try daemon.api.get("/v1/ip/9.9.9.9/lookup"), 404)
        }
    }

    @Test("Session users carry latitude and longitude where they are known, and only there")
    func users() throws {
        try withDatabase { daemon in
            let session = try daemon.api.createSession(users: ["81.2.69.7", "9.9.9.9"])
            let users = session.json["session_users"]
            #expect(users?[0]?["latitude"]?.number == 45.5)
            #expect(users?[0]?["longitude"]?.number == -73.25)
            #expect(users?[1]?.keys == ["ip_address", "authorization_token"])
            #expect(try daemon.api.getSession(session.id).json() == session.json)
            try daemon.killAndRestart()
            #expect(try daemon.api.getSession(session.id).json() == session.json)
        }
    }
}
