import Testing

/// The load generator against the daemon.
@Suite(.showsLogOnFailure) struct BenchTests {
    @Test("causeway-bench plays ten sessions of eight clients without loss or corruption")
    func cleanRun() throws {
        try withDaemon { daemon in
            let result = try runProgram(
                Executables.bench,
                [
                    "run", "--target", "http://\(daemon.apiAddress)", "--sessions", "10", "--clients", "8",
                    "--rate", "30", "--size", "120", "--duration", "3s", "--json",
                ],
                environment: ["CAUSEWAY_KEY": daemon.key],
                within: .seconds(60)
            )
            // Status 3: nothing is wrong but that the generator was late, as on a busy machine.
            #expect(result.succeeded || result.ending == .exited(3), "\(result.output)")
            // The output ends with one object, on one line or on several.
            let lines = result.output.split(separator: "\n")
            let start = try #require(lines.lastIndex { $0.hasPrefix("{") }, "\(result.output)")
            let json = try JSON.parse(lines[start...].joined(separator: "\n").utf8)
            #expect(json.keys.isSuperset(of: ["sent", "delivered", "lost", "corrupt", "p50_us", "p99_us", "pps"]))
            #expect(json["lost"]?.int == 0, "\(result.output)")
            #expect(json["corrupt"]?.int == 0, "\(result.output)")
            #expect((json["sent"]?.int ?? 0) > 5_000, "\(result.output)")
            #expect(json["delivered"]?.int == json["sent"]?.int)
            #expect(!result.output.contains(daemon.key))
        }
    }
}
