import RelayControl
import Testing

@Suite struct PlacementFilterTests {
    static let here = RelayLocation(
        city: "Montreal",
        country: "Canada",
        continent: "North America",
        region: "Quebec Region",
        administrativeDivision: "Quebec",
        locationTags: ["low-latency", "EU-backup"]
    )

    struct Case: Sendable, CustomTestStringConvertible {
        var field: String
        var values: [String]
        var any: Bool
        var all: Bool
        var not: Bool
        var testDescription: String { "\(field) \(values)" }
    }

    static let cases: [Case] = [
        Case(field: "city", values: ["Montreal"], any: true, all: true, not: false),
        Case(field: "city", values: [" mOnTrEaL "], any: true, all: true, not: false),
        Case(field: "city", values: ["Paris"], any: false, all: false, not: true),
        Case(field: "city", values: ["Paris", "Montreal"], any: true, all: false, not: false),
        Case(field: "country", values: ["CANADA"], any: true, all: true, not: false),
        Case(field: "country", values: ["Montreal"], any: false, all: false, not: true),
        Case(field: "continent", values: ["north america"], any: true, all: true, not: false),
        Case(field: "continent", values: ["Europe", "Asia"], any: false, all: false, not: true),
        Case(field: "region", values: ["Quebec Region"], any: true, all: true, not: false),
        Case(field: "region", values: ["Quebec"], any: false, all: false, not: true),
        Case(field: "administrative_division", values: ["quebec"], any: true, all: true, not: false),
        Case(field: "administrative_division", values: ["Ontario"], any: false, all: false, not: true),
        Case(field: "location_tags", values: ["low-latency"], any: true, all: true, not: false),
        Case(field: "location_tags", values: ["eu-backup", "low-latency"], any: true, all: true, not: false),
        Case(field: "location_tags", values: ["eu-backup", "gpu"], any: true, all: false, not: false),
        Case(field: "location_tags", values: ["gpu"], any: false, all: false, not: true),
        Case(field: "location", values: ["canada"], any: true, all: true, not: false),
        Case(field: "location", values: ["Canada", "low-latency", "Montreal"], any: true, all: true, not: false),
        Case(field: "location", values: ["Canada", "Paris"], any: true, all: false, not: false),
        Case(field: "location", values: ["Paris"], any: false, all: false, not: true),
        Case(field: " City ", values: ["Montreal"], any: true, all: true, not: false),
        Case(field: "city", values: [], any: true, all: true, not: true),
        Case(field: "planet", values: ["Earth"], any: false, all: false, not: false),
        Case(field: "", values: [], any: false, all: false, not: false),
    ]

    @Test("A filter fits as its field and kind say", arguments: cases)
    func matching(_ example: Case) {
        let expected: [PlacementFilter.Kind: Bool] = [.any: example.any, .all: example.all, .not: example.not]
        for kind in PlacementFilter.Kind.allCases {
            let filter = PlacementFilter(field: example.field, values: example.values, kind: kind)
            #expect(filter.matches(Self.here) == expected[kind], "\(kind)")
            #expect((filter.mismatch(with: Self.here) == nil) == expected[kind], "\(kind)")
        }
    }

    @Test("A field that the relay says nothing about fits only 'not'", arguments: FilterField.allCases)
    func silentField(field: FilterField) {
        let silent = RelayLocation(city: "  ", latitude: 1, longitude: 2)
        #expect(silent.isUnknown)
        for kind in PlacementFilter.Kind.allCases {
            let filter = PlacementFilter(field: field.rawValue, values: ["x"], kind: kind)
            #expect(filter.matches(silent) == (kind == .not))
        }
    }

    @Test("The refusal names the filter that failed and what the relay says")
    func words() throws {
        let paris = try #require(
            PlacementFilter(field: "city", values: ["Paris", "Rome"], kind: .any).mismatch(with: Self.here)
        )
        #expect(paris.contains("'city' any of [Paris, Rome]") && paris.contains("city is Montreal"))
        let planet = try #require(
            PlacementFilter(field: "planet", values: [], kind: .not).mismatch(with: Self.here)
        )
        #expect(planet.contains("no field 'planet'") && planet.contains("location_tags"))
        let long = try #require(
            PlacementFilter(field: "city", values: [String(repeating: "x", count: 9999)], kind: .any)
                .mismatch(with: Self.here)
        )
        #expect(long.count < 400)
    }

    @Test("A refusal stays short where one character has a thousand accents")
    func accents() throws {
        let accents = "e" + String(repeating: "\u{301}", count: 1_000)
        for filter in [
            PlacementFilter(field: accents, values: [], kind: .any),
            PlacementFilter(field: "city", values: [accents], kind: .any),
        ] {
            #expect(try #require(filter.mismatch(with: Self.here)).utf8.count < 600)
        }
    }
}
