import RelayMetrics
import Testing

@Suite("The metrics page")
struct MetricsPageTests {
    @Test("A page has help, type and samples of each family, in the order they were added")
    func layout() {
        var sessions = MetricFamily("causeway_sessions", .gauge, help: "Live sessions.")
        sessions.add(UInt64(3))
        var drops = MetricFamily("causeway_dropped_total", .counter, help: "Dropped datagrams.")
        drops.add(UInt64(7), labels: [.init("reason", "too_short")])
        drops.add(UInt64(0), labels: [.init("reason", "unknown_token"), .init("port", "server")])
        #expect(
            MetricsPage([sessions, drops]).text == """
                # HELP causeway_sessions Live sessions.
                # TYPE causeway_sessions gauge
                causeway_sessions 3
                # HELP causeway_dropped_total Dropped datagrams.
                # TYPE causeway_dropped_total counter
                causeway_dropped_total{reason="too_short"} 7
                causeway_dropped_total{reason="unknown_token",port="server"} 0

                """
        )
    }

    @Test("A histogram has what lies below each bound, the sum and the count")
    func histogram() {
        var family = MetricFamily("size", .histogram, help: "Sizes.")
        family.add(bounds: [1, 2.5], counts: [3, 0, 4], sum: .real(40.5), labels: [.init("worker", "0")])
        #expect(
            MetricsPage([family]).text == """
                # HELP size Sizes.
                # TYPE size histogram
                size_bucket{worker="0",le="1"} 3
                size_bucket{worker="0",le="2.5"} 3
                size_bucket{worker="0",le="+Inf"} 7
                size_sum{worker="0"} 40.5
                size_count{worker="0"} 7

                """
        )
    }

    @Test("Backslashes, line feeds and quotes cannot break a line apart")
    func escaping() {
        var family = MetricFamily("f", .gauge, help: "a\\b\n\"c\"")
        family.add(UInt64(1), labels: [.init("l", "x\\y\n\"z\"")])
        #expect(
            MetricsPage([family]).text == """
                # HELP f a\\\\b\\n"c"
                # TYPE f gauge
                f{l="x\\\\y\\n\\"z\\""} 1

                """
        )
    }

    @Test(
        "Values are written as the format wants them",
        arguments: [
            (0.25, "0.25"), (3, "3.0"), (-1e-7, "-1e-07"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ]
    )
    func reals(value: Double, text: String) {
        var family = MetricFamily("f", .gauge, help: "h")
        family.add(value)
        #expect(MetricsPage([family]).text.hasSuffix("\nf \(text)\n"))
    }

    @Test("A counter is exact beyond what a floating-point number holds")
    func largeCounts() {
        var family = MetricFamily("f_total", .counter, help: "h")
        family.add(UInt64.max)
        #expect(MetricsPage([family]).text.hasSuffix("\nf_total 18446744073709551615\n"))
    }

    @Test("A name that is added twice stands on the page once, with the samples of both")
    func sameNameTwice() {
        var page = MetricsPage()
        for port in ["server", "client"] {
            var family = MetricFamily("f_total", .counter, help: "h")
            family.add(UInt64(1), labels: [.init("port", port)])
            page.add(family)
        }
        #expect(
            page.text == """
                # HELP f_total h
                # TYPE f_total counter
                f_total{port="server"} 1
                f_total{port="client"} 1

                """
        )
    }
}
