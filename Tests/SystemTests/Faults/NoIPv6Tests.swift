import Foundation
import Testing

/// A kernel without IPv6.
@Suite(.showsLogOnFailure) struct NoIPv6Tests {
    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/opt/swift/usr/bin/clang"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(
        "Bound to ::, the default, the relay serves IPv4, with shared and with dedicated ports",
        .enabled(if: compiler != nil, "there is no C compiler for a kernel without IPv6"),
        arguments: [false, true]
    )
    func fallsBack(isDedicated: Bool) throws {
        let scratch = try ScratchDirectory()
        let library = scratch.path("no-ipv6.so")
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/no-ipv6.c"
        let made = try runProgram(
            try #require(Self.compiler),
            ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"]
        )
        try #require(made.succeeded, "\(made.output)")
        let range = try FreePorts.take(4)
        let ports = isDedicated ? ["relay.ports.dedicated=\(range[0])-\(range[3])"] : []
        try withDaemon(["relay.bind=::"] + ports, environment: ["LD_PRELOAD": library]) { daemon in
            let session = try daemon.api.createSession()
            let host = try session.boundHost()
            try expectBothWays(host, try session.boundClient(), id: 2)
            #expect(!daemon.log.contains(" error "), "\(daemon.logTail)")
        }
    }
}
