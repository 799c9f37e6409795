import RelayControl
import RelayCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct LostTailRestoreTests {
    /// A relay that lived on after its database's last surviving commit, and its successor on that database.
    private func succession(isPlaneCurrent: Bool) async throws -> (
        after: Fixture, revoked: (session: Session, user: SessionUser), deleted: Session, kept: Session
    ) {
        let before = try await Fixture.ready()
        let kept = try await before.create("1.1.1.1", "2.2.2.2")
        let changed = try await before.create("1.1.1.1", "2.2.2.2", "3.3.3.3")
        let deleted = try await before.create("1.1.1.1")
        var disk = before.store.contents
        _ = try await before.service.revokeUser(sessionID: changed.id, userToken: changed.users[1].token)
        try await before.service.delete(id: deleted.id)

        let plane = FakePlane()
        let memory = before.plane.now.sessions
        plane.configure {
            $0.sessions = memory
            $0.remembersSessions = true
        }
        disk.lostTail = LostTail(finding: "it ends early", isPlaneCurrent: isPlaneCurrent)
        let after = try await Fixture.ready(store: FakeStore(disk), plane: plane)
        return (after, (changed, changed.users[1]), deleted, kept)
    }

    @Test("Whom the plane's memory no longer has stays cut off, durably, when a lost tail is accepted")
    func remembered() async throws {
        let (after, revoked, deleted, kept) = try await succession(isPlaneCurrent: true)
        #expect(try await after.service.session(id: kept.id).users == kept.users)
        #expect(try await after.service.session(id: revoked.session.id).users.map(\.number) == [1, 3])
        #expect(!after.plane.accepts(session: revoked.session.token, user: revoked.user.token))
        #expect(!after.plane.accepts(session: deleted.token, user: deleted.users[0].token))
        #expect(after.plane.accepts(session: kept.token, user: kept.users[0].token))
        let error = try await failure { () async throws(RelayError) in try await after.service.session(id: deleted.id) }
        #expect(error.code == .notFound)
        #expect(after.store.contents.sessions[deleted.id] == nil)
        #expect(after.store.contents.sessions[revoked.session.id]?.users.map(\.number) == [1, 3])
        #expect(after.store.contents.reservedTokens[deleted.token] != nil)
        #expect(await after.service.counts.lostTails == 1)
        #expect(await after.service.counts.unsettledRemovals == 0)
        #expect(after.log.messages.contains { $0.contains("it ends early") })
        #expect(after.log.messages.contains { $0.contains("1 sessions and 1 users") })
    }

    @Test("Where no memory tells who was cut off, the log says that they are valid again")
    func forgotten() async throws {
        let (after, revoked, deleted, _) = try await succession(isPlaneCurrent: false)
        #expect(try await after.service.session(id: revoked.session.id).users.count == 3)
        #expect(try await after.service.session(id: deleted.id).users == deleted.users)
        #expect(after.log.messages.contains { $0.contains("valid again") })
        #expect(await after.service.counts.lostTails == 1)
    }

    @Test("What the disk does not take at that moment stays cut off and is tried again")
    func brokenDisk() async throws {
        let before = try await Fixture.ready()
        let deleted = try await before.create("1.1.1.1")
        var disk = before.store.contents
        disk.lostTail = LostTail(finding: "it ends early", isPlaneCurrent: true)
        let store = FakeStore(disk)
        store.setBefore { _ throws(SessionStoreError) in throw FakeStore.failure }
        let plane = FakePlane()
        plane.configure { $0.remembersSessions = true }
        let after = try await Fixture.ready(store: store, plane: plane)
        #expect(!after.plane.accepts(session: deleted.token, user: deleted.users[0].token))
        #expect(await after.service.counts.unsettledRemovals == 1)
        store.setBefore(nil)
        await after.service.housekeeping()
        try await eventually { store.contents.sessions.isEmpty }
    }
}
