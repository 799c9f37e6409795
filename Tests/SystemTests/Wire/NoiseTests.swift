import Testing

/// Whatever arrives, the relay goes on.
@Suite(.showsLogOnFailure) struct NoiseTests {
    @Test("Thousands of random datagrams bring nothing down, reach no one and are all accounted for")
    func randomDatagrams() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            let noise = try (0..<4).map {
                try session.player(1, as: $0 % 2 == 0 ? .host : .client, from: "127.0.0.\(10 + $0)")
            }
            var sent = 0
            for _ in 0..<500 {
                for source in noise {
                    let length = Int.random(in: 0...Int.random(in: 1...1_400, using: &random), using: &random)
                    var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                    // Half of them with the live session's token and a known type, to get deeper.
                    if length > 9, Bool.random(using: &random) {
                        bytes.replaceSubrange(4..<8, with: Wire.bytes(session.token))
                        bytes[8] = UInt8.random(in: 1...2, using: &random)
                    }
                    try source.send(bytes)
                    sent += 1
                }
                if sent % 100 == 0 { pause(.milliseconds(1)) }
            }
            let dropped = try holds(within: .seconds(20), every: .milliseconds(100)) {
                try daemon.metrics().drops.values.reduce(0, +) == sent
            }
            let counted = try daemon.metrics().drops.values.reduce(0, +)
            #expect(dropped, "seed \(seed): \(sent) sent, \(counted) counted as dropped")
            try host.expectNothing(for: .milliseconds(50))
            try client.expectNothing(for: .milliseconds(50))
            for source in noise {
                #expect(try source.drain(quiet: .milliseconds(20)).allSatisfy { $0 == .reply(3) }, "seed \(seed)")
            }
            try expectBothWays(host, client, id: 2)
        }
    }

    @Test("A flood of wrong tokens beside a game costs the game not one datagram")
    func floodBesideGame() throws {
        try withDaemon { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            let client = try session.boundClient()
            let strangers = try (0..<50).map { try session.player(1, as: .client, from: "127.0.7.\($0 + 1)") }
            var guess: UInt32 = 1
            for round in 0..<40 {
                for stranger in strangers {
                    stranger.credentials = Credentials(user: guess, session: guess &* 2_654_435_761)
                    guess += 1
                    try stranger.data("flood")
                }
                try client.data("up \(round)")
                try host.expectData("up \(round)", from: 2)
                try host.data("down \(round)", to: 2)
                try client.expectData("down \(round)")
            }
        }
    }
}
