import Testing

/// The harness itself: what it claims to see, it sees.
@Suite struct HarnessTests {
    @Test("Secrets are found in a text as keys, and as tokens in decimal and hexadecimal")
    func secrets() {
        let secrets = SecretCollector()
        secrets.add(text: "key-123")
        secrets.add(token: 0x0abc_def1)
        for leak in ["x key-123 y", "token=180150001,", "0abcdef1", "0xABCDEF1", "[abcdef1]"] {
            #expect(secrets.found(in: leak).count == 1, "\(leak)")
        }
        for harmless in ["key-12", "1801500010", "f0abcdef1", "session 0abcdef10000-S"] {
            #expect(secrets.found(in: harmless).isEmpty, "\(harmless)")
        }
    }

    @Test("Metrics are read with their labels, and drops are summed over all other labels")
    func metrics() {
        let metrics = Metrics(
            """
            # TYPE causeway_dropped_datagrams_total counter
            causeway_dropped_datagrams_total{worker="0",reason="oversize"} 2
            causeway_dropped_datagrams_total{worker="1",reason="oversize"} 3
            causeway_dropped_datagrams_total{reason="too_short"} 0
            """
        )
        #expect(metrics.drops(.oversize) == 5)
        #expect(metrics.drops(.tooShort) == 0)
        #expect(metrics.drops(.badLength) == nil)
        #expect(metrics.drops == [.oversize: 5])
    }

    @Test("The hello is the shape that makes a rejoin")
    func hello() {
        let hello = Wire.hello()
        #expect(hello.count == 30)
        #expect(hello[0] == 1 && hello[9] == 81)
        #expect(hello[1...8].allSatisfy { $0 == 0 } && hello[17...20].allSatisfy { $0 == 0 })
    }
}
