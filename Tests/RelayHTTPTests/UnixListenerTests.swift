import Foundation
import Glibc
import Testing

@testable import RelayHTTP

@Suite("Listeners that are Unix sockets")
struct UnixListenerTests {
    private static func path() -> String { "/tmp/causeway-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock" }

    private static func status(of path: String) -> (mode: UInt32, group: UInt32)? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? NSNumber,
            let group = attributes[.groupOwnerAccountID] as? NSNumber
        else { return nil }
        return (mode.uint32Value, group.uint32Value)
    }

    @Test(
        "The socket has the mode that is set, and owner and group alone without one",
        arguments: [0o660, 0o600, 0o666]
    )
    func mode(mode: UInt32) async throws {
        let path = Self.path()
        var configuration = APIServer.Configuration(listen: .unix(path: path))
        if mode != 0o660 { configuration.permissions.mode = mode }
        try await withLiveServer(configuration) { _, address in
            #expect(Self.status(of: path)?.mode == mode)
            let answer = try await RawConnection.run(
                address,
                .send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
        #expect(Self.status(of: path) == nil)
    }

    @Test("The socket is given to the group that is set, by name or number", .enabled(if: geteuid() == 0))
    func group() async throws {
        for group in ["daemon", "1"] {
            let path = Self.path()
            var configuration = APIServer.Configuration(listen: .unix(path: path))
            configuration.permissions = SocketPermissions(group: group)
            try await withLiveServer(configuration) { _, _ in
                let status = Self.status(of: path)
                #expect(status?.group == 1 && status?.mode == 0o660)
            }
        }
    }

    @Test("A group that is not there is an error that names the key and the group, and leaves nothing behind")
    func noSuchGroup() async throws {
        let path = Self.path()
        var configuration = APIServer.Configuration(listen: .unix(path: path))
        configuration.permissions = SocketPermissions(group: "no-such-group")
        let error = await #expect(throws: ListenerError.self) { try await withLiveServer(configuration) { _, _ in } }
        #expect(error?.key == "api.socket_group" && error?.message.contains("'no-such-group'") == true)
        #expect(Self.status(of: path) == nil)
    }

    @Test("A socket that somebody listens on is not taken over, one that a crash left behind is")
    func taken() async throws {
        let path = Self.path()
        try await withLiveServer(.init(listen: .unix(path: path))) { _, _ in
            let error = await #expect(throws: ListenerError.self) {
                try await withLiveServer(.init(listen: .unix(path: path))) { _, _ in }
            }
            #expect(error?.message.contains(path) == true)
        }
    }
}
