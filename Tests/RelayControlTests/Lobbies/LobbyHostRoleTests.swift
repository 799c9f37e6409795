import RelayControl
import RelayCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct LobbyHostRoleTests {
    @Test("In a lobby's session the lobby's host has the host's role from the start, and after a restart")
    func fromTheStart() async throws {
        let fixture = try await LobbyFixture.deployed()
        let lobby = try await fixture.create()
        _ = try await fixture.join(lobby.id)
        let session = try #require(try await fixture.start(lobby.id).session)
        let plan = try #require(fixture.sessions.plane.now.sessions[session.token])
        #expect(plan.hostUserToken == session.users[0].token)
        #expect(plan.users.count == 2)
        let again = try await fixture.restarted()
        #expect(again.sessions.plane.now.sessions[session.token]?.hostUserToken == session.users[0].token)
    }
}
