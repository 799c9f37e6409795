import Testing

/// Users that are revoked and sessions that are deleted.
@Suite(.showsLogOnFailure) struct RevocationTests {
    @Test("Once revoke-user is answered, not one more datagram of that user passes, in either direction")
    func revokedClient() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
            let host = try session.boundHost()
            let revoked = try session.boundClient(1)
            let other = try session.boundClient(2)
            try expectBothWays(host, revoked, id: 2)
            try daemon.api.removeUser(session.users[1].token, from: session)
            for _ in 0..<5 {
                try revoked.data("let me in")
                try host.data("are you there?", to: 2)
            }
            try host.expectNothing()
            let answers = try revoked.drain()
            #expect(answers.allSatisfy { $0 == .reply(Wire.State.invalid.rawValue) }, "nothing of the host's arrives")
            try expectBothWays(host, other, id: 3)
        }
    }

    @Test(
        "The address that was bound to a revoked user is told Invalid for its DATA, and so is any other that uses its tokens"
    )
    func answerToFormerAddress() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            _ = try session.boundHost()
            let client = try session.boundClient(1, from: "127.0.0.2")
            let stranger = try session.player(1, as: .client, from: "127.0.0.3")
            try daemon.api.removeUser(session.users[1].token, from: session)
            try stranger.data("hello")
            try stranger.expectReply(.invalid)
            try client.data("hello")
            try client.expectReply(.invalid)
        }
    }

    @Test("A revoked user's datagrams are counted as such")
    func counted() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let client = try session.boundClient()
            try daemon.api.removeUser(session.users[1].token, from: session)
            try daemon.expectDrops([.revoked: 2]) {
                try client.data("hello")
                try client.data("hello")
            }
        }
    }

    @Test("A revoked host can send to no one and gets nothing")
    func revokedHost() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try daemon.api.removeUser(session.users[0].token, from: session)
            try host.data("I am the host", to: 2)
            try client.expectNothing()
            try client.data("hello")
            let answers = try host.drain()
            #expect(answers.allSatisfy { $0 == .reply(Wire.State.invalid.rawValue) })
            try host.ping()
            let last = try host.drain()
            #expect(last.allSatisfy { $0 == .reply(Wire.State.invalid.rawValue) })
        }
    }

    @Test("A revoked user comes not back from a new port or by PING")
    func noWayBack() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            _ = try session.boundClient()
            try daemon.api.removeUser(session.users[1].token, from: session)
            let again = try session.player(1, as: .client, from: "127.0.0.2")
            try again.ping(.invalid)
            try again.data(Wire.hello())
            try again.expectNothing()
            try host.expectNothing()
            let asHost = try session.player(1, as: .host, from: "127.0.0.3")
            try asHost.ping(.invalid)
        }
    }

    @Test("After DELETE nothing of the session passes in either direction, and its tokens are Invalid")
    func deletedSession() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try daemon.api.remove(session)
            try client.data("hello")
            try host.data("hello", to: 2)
            for player in [host, client] {
                #expect(try player.drain().allSatisfy { $0 == .reply(Wire.State.invalid.rawValue) })
            }
            try session.player(0, as: .host, from: "127.0.0.2").ping(.invalid)
            try session.player(1, as: .client, from: "127.0.0.3").ping(.invalid)
        }
    }

    @Test("Deleting one session leaves the others alone")
    func othersLive() throws {
        try withDaemon { daemon in
            let doomed = try daemon.api.createSession()
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            try daemon.api.remove(doomed)
            try expectBothWays(host, client, id: 2)
        }
    }
}
