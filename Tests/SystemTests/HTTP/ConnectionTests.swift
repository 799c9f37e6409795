import Foundation
import Glibc
import Testing

/// Connections as the daemon's listeners treat them: other protocols, other versions, crowds.
@Suite(.showsLogOnFailure, .timeLimit(.minutes(5))) struct ConnectionTests {
    private static let upgrade =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"

    @Test("On every listener a connection goes on after a request that asks for another protocol")
    func upgradeOnEveryListener() throws {
        let ports = try FreePorts.take(2)
        let directory = try ScratchDirectory()
        let control = directory.path("c.sock")
        let settings = [
            "metrics.listen=127.0.0.1:\(ports[0])", "lobbies.listen=127.0.0.1:\(ports[1])", "control.socket=\(control)",
        ]
        try withDaemon(settings) { daemon in
            let listeners = [
                (daemon.apiAddress, "/livez", 200), (SocketAddress("127.0.0.1", ports[0]), "/metrics", 200),
                (SocketAddress("127.0.0.1", ports[1]), "/l/none/lobbies", 404),
                (SocketAddress(unixPath: control), "/none", 404),
            ]
            for (address, path, status) in listeners {
                let connection = HTTPConnection(address)
                for _ in 0..<3 {
                    let request = "GET \(path) HTTP/1.1\r\nHost: x\r\n\(Self.upgrade)\r\n"
                    let answer = try connection.exchange(Array(request.utf8))
                    #expect(answer.status == status, "\(path)")
                }
            }
        }
    }

    @Test("A Unix socket of the API has the mode that is set, also where the daemon's umask is narrow")
    func socketMode() throws {
        let directory = try ScratchDirectory()
        let path = directory.path("api.sock")
        try withDaemon(["api.listen=unix:\(path)", "api.socket_mode=0666"]) { _ in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o666)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("Eleven hundred connections of one address that ask all the time keep nobody out")
    func crowd() throws {
        try withDaemon { daemon in
            let ask = Array("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".utf8)[...]
            var crowd: [Socket] = []
            for _ in 0..<1_100 {
                let socket = try Socket(AF_INET, SOCK_STREAM)
                try socket.bind(SocketAddress("127.0.0.77", 0))
                try socket.connect(daemon.apiAddress)
                _ = try? socket.send(ask)
                crowd.append(socket)
            }
            for _ in 0..<5 {
                for path in ["/livez", "/readyz", "/metrics"] {
                    // Of another address, each on a connection of its own.
                    #expect(try HTTPConnection(daemon.apiAddress).request("GET", path).status == 200)
                }
                _ = try daemon.api.createSession()
                for socket in crowd { _ = try? socket.send(ask) }
            }
            let metrics = try daemon.metrics()
            #expect(metrics.sum("causeway_http_connections") <= 300)
            let gone =
                metrics.sum("causeway_http_early_closes_total") + metrics.sum("causeway_http_refused_connections_total")
            #expect(gone >= 800, "\(gone)")
        }
    }

    @Test("A stream's listener that goes gives its place back at once")
    func streamListenerGoes() throws {
        try withDaemon { daemon in
            func listeners() throws -> Int { try daemon.metrics().sum("causeway_lobby_listeners") }
            _ = try daemon.api.post("/v1/lobbies", #"{"name": "a"}"#)
            #expect(try daemon.api.post("/v1/lobbies:deploy", #"{"name": "a"}"#).status == 202)
            let made = try daemon.api.post(
                "/l/a/lobbies",
                #"{"name": "x", "capacity": 4, "is_joinable": true, "player": {"id": "p"}}"#
            )
            let id = try #require(try made.json()["lobby_id"]?.string)
            let socket = try Socket(AF_INET, SOCK_STREAM)
            try socket.connect(daemon.apiAddress)
            try socket.send(Array("GET /l/a/lobbies/\(id)/events HTTP/1.1\r\nHost: x\r\n\r\n".utf8)[...])
            #expect(holds(within: .seconds(5)) { (try? listeners()) == 1 })
            shutdown(socket.descriptor, Int32(SHUT_RDWR))
            #expect(holds(within: .seconds(2)) { (try? listeners()) == 0 })
        }
    }
}
