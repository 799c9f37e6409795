import Foundation
import Glibc
import Testing

/// A log that nobody reads: the daemon serves, counts what it could not say, and stops in time.
@Suite(.showsLogOnFailure, .serialized) struct StuckLogTests {
    @Test(
        "Standard error is a pipe that nobody reads, for a while or until the end, at the most talkative level",
        arguments: [("text", true), ("json", false)]
    )
    func pipe(format: String, isReadLater: Bool) throws {
        let daemon = try TestDaemon(.init(settings: ["log.level=trace", "log.format=\(format)"]))
        #expect(mkfifo(daemon.logFile, 0o600) == 0)
        let reader = open(daemon.logFile, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        try daemon.start(awaitReady: false)
        try daemon.waitUntilReady()
        try expectManyCalls(daemon)
        let metrics = try daemon.api.get("/metrics").text
        #expect(metrics.contains(/causeway_log_records_dropped_total [1-9]/), "what was lost is counted")
        if isReadLater {
            let says = holds(within: .seconds(10)) { Self.drain(reader).contains("records of the log were lost") }
            #expect(says, "the log says that something is missing")
        }
        daemon.signal(SIGTERM)
        #expect(daemon.process?.wait(within: .seconds(10)) == .exited(0))
    }

    /// What is in the pipe.
    private static func drain(_ reader: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var text = ""
        while true {
            let count = read(reader, &bytes, bytes.count)
            guard count > 0 else { return text }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    @Test("The journal's socket is full", .enabled(if: geteuid() == 0))
    func journal() throws {
        let daemon = try TestDaemon(.init(settings: ["log.level=trace", "log.format=journald"]))
        let place = daemon.scratch.path("journal")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        let journal = try Socket(AF_UNIX, SOCK_DGRAM)
        try journal.bind(SocketAddress(unixPath: "\(place)/socket"))
        let inNamespace = """
            mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && mount --bind "$0" /run/systemd/journal && exec "$@"
            """
        let process = try ChildProcess(
            "/usr/bin/unshare",
            ["--mount", "/bin/sh", "-c", inNamespace, place, Executables.causewayd] + daemon.arguments,
            environment: daemon.environment,
            outputFile: daemon.scratch.path("log")
        )
        try daemon.waitUntilReady()
        try expectManyCalls(daemon)
        process.signal(SIGTERM)
        #expect(process.wait(within: .seconds(10)) == .exited(0), "\(process.output)")
    }

    /// Far more is logged than a pipe and the daemon's queue hold; and the relay relays.
    private func expectManyCalls(_ daemon: TestDaemon) throws {
        let api = daemon.api
        let longName = String(repeating: "x", count: 400)
        for _ in 0..<12_000 { _ = try api.get("/v1/relays/sessions/\(longName)") }
        let session = try api.createSession()
        try expectBothWays(try session.boundHost(), try session.boundClient(), id: 2)
    }
}
