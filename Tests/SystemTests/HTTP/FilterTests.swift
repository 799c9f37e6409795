import Testing

/// `filters` of a new session against `relay.location`.
@Suite(.showsLogOnFailure) struct FilterTests {
    @Test("A relay without a location ignores filters and says so once in its log")
    func withoutLocation() throws {
        try withDaemon { daemon in
            let filter = #", "filters": [{"field": "city", "values": ["Nowhere"], "filter_type": "all"}]"#
            for _ in 0..<3 { _ = try daemon.api.createSession(extra: filter) }
            let lines = daemon.log.split(separator: "\n").filter { $0.lowercased().contains("filter") }
            #expect(lines.count == 1, "said once: \(lines)")
        }
    }

    @Test("Filters accept and refuse as any, all and not say, and the 503 names the field that failed")
    func withLocation() throws {
        try withDaemon(config: Self.config) { daemon in
            for filter in Self.table {
                let values = filter.values.map { "\"\($0)\"" }.joined(separator: ",")
                let json = #"{"field": "\#(filter.field)", "values": [\#(values)], "filter_type": "\#(filter.type)"}"#
                let body = #"{"users": [{"ip": "1.1.1.1"}], "filters": [\#(json)]}"#
                let response = try daemon.api.post(APIClient.sessions, body)
                if filter.matches {
                    #expect(response.status == 200, "\(json): \(response.text)")
                } else {
                    expectError(response, 503, naming: filter.field, "\(json)")
                }
            }
        }
    }

    @Test("Several filters must all match")
    func several() throws {
        try withDaemon(config: Self.config) { daemon in
            let good = #"{"field": "city", "values": ["Montreal"], "filter_type": "any"}"#
            let bad = #"{"field": "country", "values": ["France"], "filter_type": "any"}"#
            for (filters, status) in [([good, good], 200), ([good, bad], 503), ([bad, good], 503)] {
                let list = filters.joined(separator: ",")
                let body = #"{"users": [{"ip": "1.1.1.1"}], "filters": [\#(list)]}"#
                let response = try daemon.api.post(APIClient.sessions, body)
                #expect(response.status == status, "\(list): \(response.text)")
            }
        }
    }

    @Test("An unknown filter type is 400 even without a location")
    func unknownType() throws {
        try withDaemon { daemon in
            let body = #"""
                {"users": [{"ip": "1.1.1.1"}], "filters": [{"field": "city", "values": ["a"], "filter_type": "near"}]}
                """#
            expectError(try daemon.api.post(APIClient.sessions, body), 400)
        }
    }

    private static let config = """
        relay:
          location:
            city: Montreal
            country: Canada
            continent: North America
            region: Quebec
            administrative_division: Montreal Region
            latitude: 45.5
            longitude: -73.5
            location_tags: [east, fast, green]
        """

    private struct Filter {
        var field: String
        var type: String
        var values: [String]
        var matches: Bool
    }

    private static let table = [
        Filter(field: "city", type: "any", values: ["Montreal"], matches: true),
        Filter(field: "city", type: "any", values: ["Paris", "Montreal"], matches: true),
        Filter(field: "city", type: "any", values: ["Paris"], matches: false),
        Filter(field: "city", type: "all", values: ["Montreal"], matches: true),
        Filter(field: "city", type: "all", values: ["Montreal", "Paris"], matches: false),
        Filter(field: "city", type: "not", values: ["Paris"], matches: true),
        Filter(field: "city", type: "not", values: ["Montreal"], matches: false),
        Filter(field: "city", type: "not", values: ["Paris", "Montreal"], matches: false),
        Filter(field: "country", type: "any", values: ["Canada"], matches: true),
        Filter(field: "country", type: "any", values: ["France"], matches: false),
        Filter(field: "continent", type: "any", values: ["North America"], matches: true),
        Filter(field: "continent", type: "any", values: ["Europe"], matches: false),
        Filter(field: "region", type: "any", values: ["Quebec"], matches: true),
        Filter(field: "region", type: "any", values: ["Ontario"], matches: false),
        Filter(field: "administrative_division", type: "any", values: ["Montreal Region"], matches: true),
        Filter(field: "administrative_division", type: "any", values: ["Laval"], matches: false),
        Filter(field: "location_tags", type: "any", values: ["slow", "fast"], matches: true),
        Filter(field: "location_tags", type: "any", values: ["slow"], matches: false),
        Filter(field: "location_tags", type: "all", values: ["east", "green"], matches: true),
        Filter(field: "location_tags", type: "all", values: ["east", "slow"], matches: false),
        Filter(field: "location_tags", type: "not", values: ["slow"], matches: true),
        Filter(field: "location_tags", type: "not", values: ["east"], matches: false),
        Filter(field: "location", type: "any", values: ["Quebec"], matches: true),
        Filter(field: "location", type: "any", values: ["Canada"], matches: true),
        Filter(field: "location", type: "any", values: ["Atlantis"], matches: false),
        Filter(field: "location", type: "not", values: ["Canada"], matches: false),
        Filter(field: "weather", type: "any", values: ["sunny"], matches: false),
    ]
}
