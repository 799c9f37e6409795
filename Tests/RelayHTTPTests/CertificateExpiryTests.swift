import Logging
import RelayMetrics
import Testing

@testable import RelayHTTP

@Suite("The end of the served certificate")
struct CertificateExpiryTests {
    private static let day = 86_400

    @Test("There is one warning 30, 7 and 1 days before, and one when it has ended")
    func warnings() throws {
        let certificate = CertificateExpiry()
        #expect(certificate.warning(now: 0) == nil, "nothing is served")
        let end = 1_800_000_000
        certificate.serve(endingAt: end)
        var heard: [(days: Int, words: String, hasEnded: Bool)] = []
        for days in stride(from: 60, through: -3, by: -1) {
            if let (words, hasEnded) = certificate.warning(now: end - days * Self.day) {
                heard.append((days, words, hasEnded))
            }
        }
        #expect(heard.map(\.days) == [30, 7, 1, 0])
        #expect(heard.map(\.hasEnded) == [false, false, false, true])
        #expect(heard[0].words.contains("in 30 days") && heard[2].words.contains("in 24 hours"))
    }

    @Test("Who starts late hears the latest warning alone, and a renewed certificate starts anew")
    func late() {
        let certificate = CertificateExpiry()
        certificate.serve(endingAt: 10 * Self.day)
        #expect(certificate.warning(now: 5 * Self.day)?.words.contains("in 5 days") == true)
        #expect(certificate.warning(now: 5 * Self.day) == nil)
        certificate.serve(endingAt: 100 * Self.day)
        #expect(certificate.warning(now: 10 * Self.day) == nil)
        #expect(certificate.warning(now: 80 * Self.day) != nil)
    }

    @Test("The metric is there without TLS, with no sample")
    func metric() {
        let certificate = CertificateExpiry()
        let name = "causeway_tls_certificate_end_timestamp_seconds"
        #expect(MetricsPage([certificate.family]).text.hasSuffix("# TYPE \(name) gauge\n"))
        certificate.serve(endingAt: 1_800_000_000)
        #expect(MetricsPage([certificate.family]).text.hasSuffix("\(name) 1800000000\n"))
    }

    @Test("The log of a server says that its certificate is about to end")
    func watch() async throws {
        let certificate = CertificateExpiry()
        certificate.serve(endingAt: 1)
        let log = LogRecorder()
        let watch = CertificateWatch(certificate: certificate, logger: .init(label: "test") { _ in log })
        let task = Task { try await watch.run() }
        while log.lines.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(log.lines[0].hasPrefix("error the certificate has ended on Thu, 01 Jan 1970"))
    }
}
