import Testing

/// `GET` and `DELETE` of sessions.
@Suite(.showsLogOnFailure) struct SessionListTests {
    @Test("GET of a session answers the same object as create did")
    func get() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: ["1.1.1.1", "2.2.2.2"])
            let json = try expectJSON(try daemon.api.getSession(session.id))
            #expect(json == session.json)
        }
    }

    @Test("A session that does not exist is 404 with a message")
    func unknown() throws {
        try withDaemon { daemon in
            for id in ["0123456789ab-S", "nonsense", "0123456789AB-S", "%20", "0123456789ab"] {
                expectError(try daemon.api.getSession(id), 404, "GET \(id)")
                expectError(try daemon.api.deleteSession(id), 404, "DELETE \(id)")
            }
        }
    }

    @Test("The list is empty at first, with its pagination")
    func empty() throws {
        try withDaemon { daemon in
            let json = try expectJSON(try daemon.api.get(APIClient.sessions))
            #expect(json.keys == ["sessions", "total_count", "pagination"])
            #expect(json["sessions"] == .array([]))
            #expect(json["total_count"]?.int == 0)
            try expectPagination(json, number: 1, pages: nil, next: nil, previous: nil)
        }
    }

    @Test("The list has the newest session first and pages with limit and page")
    func pages() throws {
        try withDaemon { daemon in
            let api = daemon.api
            let created = try (0..<7).map { _ in try api.createSession() }
            let newestFirst = Array(created.reversed())
            let all = try expectJSON(try api.get(APIClient.sessions))
            #expect(all["sessions"]?.array == newestFirst.map(\.json))
            #expect(all["total_count"]?.int == 7)
            try expectPagination(all, number: 1, pages: 1, next: nil, previous: nil)

            let first = try expectJSON(try api.get("\(APIClient.sessions)?page=1&limit=3"))
            #expect(ids(first) == newestFirst[0..<3].map(\.id))
            #expect(first["total_count"]?.int == 7)
            try expectPagination(first, number: 1, pages: 3, next: 2, previous: nil)

            let second = try expectJSON(try api.get("\(APIClient.sessions)?limit=3&page=2"))
            #expect(ids(second) == newestFirst[3..<6].map(\.id))
            try expectPagination(second, number: 2, pages: 3, next: 3, previous: 1)

            let last = try expectJSON(try api.get("\(APIClient.sessions)?page=3&limit=3"))
            #expect(ids(last) == newestFirst[6..<7].map(\.id))
            try expectPagination(last, number: 3, pages: 3, next: nil, previous: 2)

            let past = try expectJSON(try api.get("\(APIClient.sessions)?page=9&limit=3"))
            #expect(ids(past) == [])
            #expect(past["total_count"]?.int == 7)
        }
    }

    @Test("A page has twenty sessions unless limit says otherwise, and at most a hundred")
    func limits() throws {
        try withDaemon { daemon in
            let api = daemon.api
            for _ in 0..<105 { _ = try api.createSession(users: ["1.1.1.1"]) }
            #expect(ids(try api.get(APIClient.sessions).json()).count == 20)
            #expect(ids(try api.get("\(APIClient.sessions)?limit=100").json()).count == 100)
            #expect(ids(try api.get("\(APIClient.sessions)?limit=1").json()).count == 1)
            #expect(ids(try api.get("\(APIClient.sessions)?limit=100&page=2").json()).count == 5)
        }
    }

    @Test("A page below 1 or a limit outside 1–100 is 400")
    func badPages() throws {
        try withDaemon { daemon in
            let queries = [
                "page=0", "page=-1", "limit=0", "limit=101", "limit=-5", "page=x", "limit=x", "limit=1.5", "page=",
                "page=99999999999999999999", "limit=99999999999999999999",
            ]
            for query in queries {
                expectError(try daemon.api.get("\(APIClient.sessions)?\(query)"), 400, "\(query)")
            }
        }
    }

    @Test("DELETE is 204 with an empty body; afterwards the session is 404 and gone from the list")
    func delete() throws {
        try withDaemon { daemon in
            let api = daemon.api
            let session = try api.createSession()
            let other = try api.createSession()
            let response = try api.deleteSession(session.id)
            #expect(response.status == 204)
            #expect(response.body.isEmpty)
            #expect((response.headers["content-length"] ?? "0") == "0")
            expectError(try api.getSession(session.id), 404)
            expectError(try api.deleteSession(session.id), 404)
            let list = try api.get(APIClient.sessions).json()
            #expect(ids(list) == [other.id])
            #expect(list["total_count"]?.int == 1)
        }
    }

    private func ids(_ list: JSON) -> [String] {
        (list["sessions"]?.array ?? []).compactMap { $0["session_id"]?.string }
    }

    private func expectPagination(
        _ list: JSON,
        number: Int,
        pages: Int?,
        next: Int?,
        previous: Int?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let pagination = try #require(list["pagination"], sourceLocation: sourceLocation)
        var keys: Set = ["number", "paginator", "has_next", "has_previous"]
        if next != nil { keys.insert("next_page_number") }
        if previous != nil { keys.insert("previous_page_number") }
        #expect(pagination.keys == keys, sourceLocation: sourceLocation)
        #expect(pagination["number"]?.int == number, sourceLocation: sourceLocation)
        #expect(pagination["has_next"]?.bool == (next != nil), sourceLocation: sourceLocation)
        #expect(pagination["has_previous"]?.bool == (previous != nil), sourceLocation: sourceLocation)
        #expect(pagination["next_page_number"]?.int == next, sourceLocation: sourceLocation)
        #expect(pagination["previous_page_number"]?.int == previous, sourceLocation: sourceLocation)
        let count = pagination["paginator"]?["num_pages"]?.int
        #expect(count != nil, sourceLocation: sourceLocation)
        if let pages { #expect(count == pages, sourceLocation: sourceLocation) }
    }
}
