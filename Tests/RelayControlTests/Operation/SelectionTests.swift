import RelayControl
import RelayCore
import Testing

@Suite("Which sessions come first", .timeLimit(.minutes(10)))
struct SelectionTests {
    /// 12 sessions, of which the 2nd and 5th are played and the 3rd is played and in trouble, oldest first.
    private func played() async throws -> (fixture: Fixture, sessions: [Session]) {
        let fixture = try await Fixture.ready()
        var sessions: [Session] = []
        for _ in 0..<12 { sessions.append(try await fixture.create("1.1.1.1")) }
        let (well, troubled) = ([1, 4].map { sessions[$0].token }, sessions[2].token)
        fixture.plane.configure { state in
            for token in well { state.sightings[token] = false }
            state.sightings[troubled] = true
        }
        return (fixture, sessions)
    }

    private func ids(
        _ fixture: Fixture,
        _ selection: SessionSelection,
        page: Int = 1,
        limit: Int = 100
    ) async throws -> [String] {
        try await fixture.service.inspect(selection, page: page, limit: limit).sessions.map(\.session.id)
    }

    @Test("Those in trouble, those that are played, and then all others, newest first among each")
    func order() async throws {
        let (fixture, sessions) = try await played()
        let expected = [2, 4, 1, 11, 10, 9, 8, 7, 6, 5, 3, 0].map { sessions[$0].id }
        #expect(try await ids(fixture, .all) == expected)
        #expect(try await fixture.service.inspect(.all, page: 1, limit: 100).total == 12)
    }

    @Test("Pages fit together, whatever their length", arguments: SessionSelection.allCases, [1, 2, 3, 5, 7])
    func pages(selection: SessionSelection, limit: Int) async throws {
        let (fixture, _) = try await played()
        let whole = try await ids(fixture, selection)
        var joined: [String] = []
        for page in 1...(whole.count / limit + 2) {
            joined += try await ids(fixture, selection, page: page, limit: limit)
        }
        #expect(joined == whole)
        #expect(try await fixture.service.inspect(selection, page: 1, limit: limit).total == whole.count)
        #expect(try await ids(fixture, selection, page: .max, limit: limit).isEmpty)
    }

    @Test("Live ones alone, and all but those that do well")
    func filters() async throws {
        let (fixture, sessions) = try await played()
        #expect(try await ids(fixture, .live) == [2, 4, 1].map { sessions[$0].id })
        #expect(try await ids(fixture, .problems) == [2, 11, 10, 9, 8, 7, 6, 5, 3, 0].map { sessions[$0].id })
    }

    @Test("One live session is on the first page of a thousand idle ones that came later")
    func hidden() async throws {
        let fixture = try await Fixture.ready()
        let game = try await fixture.create("1.1.1.1")
        for _ in 0..<1_000 { try await fixture.create("1.1.1.1") }
        fixture.plane.configure { $0.sightings[game.token] = false }
        #expect(try await ids(fixture, .all, limit: 20).first == game.id)
        #expect(try await fixture.service.inspect(page: 1, limit: 20).sessions.first?.session.id != game.id)
    }

    @Test("A session that has ended since it was seen is passed over")
    func ended() async throws {
        let (fixture, sessions) = try await played()
        try await fixture.service.delete(id: sessions[2].id)
        #expect(try await ids(fixture, .live) == [4, 1].map { sessions[$0].id })
    }

    @Test("Those who ask at the same time share one look, and a moment later it is still good")
    func sharing() async throws {
        let (fixture, _) = try await played()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = try? await fixture.service.inspect(.all, page: 1, limit: 1) } }
        }
        #expect(fixture.plane.now.surveys <= 2 * fixture.plane.workerCount)
    }

    @Test("A round that takes several looks loses nobody in between")
    func rounds() async throws {
        let (fixture, sessions) = try await played()
        let surveyor = SessionSurveyor(fixture.plane)
        fixture.plane.configure { $0.sightingsPerSurvey = 1 }
        let seen = await surveyor.look()
        #expect(seen.count == 3 && seen[sessions[2].token] == true)
    }
}
