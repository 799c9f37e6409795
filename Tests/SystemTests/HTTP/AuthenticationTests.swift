import Crypto
import Foundation
import Testing

/// Keys: how they are sent, what they may do.
@Suite(.showsLogOnFailure) struct AuthenticationTests {
    @Test("The key is accepted as token, as Bearer and bare")
    func forms() throws {
        try withDaemon { daemon in
            for form in ["token \(daemon.key)", "Bearer \(daemon.key)", daemon.key, "token token \(daemon.key)"] {
                let response = try daemon.api(authorization: form).get(APIClient.sessions)
                #expect(response.status == 200, "\(form): \(response.text)")
            }
        }
    }

    @Test("A missing or wrong key is 401 with a JSON message on every call")
    func unauthorized() throws {
        try withDaemon { daemon in
            let wrong: [String?] = [
                nil, "", "token", "token ", "token wrong-key", "Bearer wrong-key", "wrong-key",
                "token \(daemon.key)x", "token \(daemon.key.dropLast())", "Basic \(daemon.key)",
            ]
            for authorization in wrong {
                let api = daemon.api(authorization: authorization)
                expectError(try api.get(APIClient.sessions), 401, "\(authorization ?? "none")")
            }
            let api = daemon.api(authorization: nil)
            for call in Self.calls {
                let response = try api.call(call.method, call.path, body: call.body)
                expectError(response, 401, "\(call.method) \(call.path)")
            }
        }
    }

    @Test("A key may do what its scopes say and nothing else: 403")
    func scopes() throws {
        let keys = ["monitor", "read", "sessions", "lobbies", "admin"]
        let config = Self.config(keys.map { ($0, "the-\($0)-key-0123456789", [$0]) })
        try withDaemon(config: config, dev: false) { daemon in
            for name in keys {
                let key = "the-\(name)-key-0123456789"
                daemon.secrets.add(text: key)
                let api = daemon.api(authorization: "token \(key)")
                for call in Self.calls {
                    let response = try api.call(call.method, call.path, body: call.body)
                    if call.scopes.contains(name) {
                        #expect(
                            ![401, 403].contains(response.status),
                            "\(name) may \(call.method) \(call.path): \(response.text)"
                        )
                    } else {
                        expectError(response, 403, "\(name) must not \(call.method) \(call.path)")
                    }
                }
            }
        }
    }

    @Test("A key with two scopes may do what either says")
    func twoScopes() throws {
        let key = "two-scopes-key-0123456789"
        let config = Self.config([("two", key, ["read", "sessions"])])
        try withDaemon(config: config, dev: false) { daemon in
            daemon.secrets.add(text: key)
            let api = daemon.api(authorization: "Bearer \(key)")
            let session = try api.createSession()
            #expect(try api.getSession(session.id).status == 200)
            #expect(try api.deleteSession(session.id).status == 204)
        }
    }

    @Test("Keys of api.keys_file count like those of api.keys")
    func keysFile() throws {
        let scratch = try ScratchDirectory()
        let key = "key-in-a-file-0123456789"
        let file = try scratch.write("keys.yaml", Self.line(name: "filed", key: key, scopes: ["sessions"]) + "\n")
        let config = Self.config([("inline", "key-inline-0123456789", ["read"])])
        try withDaemon(["api.keys_file=\(file)"], config: config, dev: false) { daemon in
            daemon.secrets.add(text: key)
            _ = try daemon.api(authorization: "token \(key)").createSession()
            let inline = daemon.api(authorization: "token key-inline-0123456789")
            #expect(try inline.get(APIClient.sessions).status == 200)
        }
    }

    @Test("The open endpoints answer without a key")
    func openEndpoints() throws {
        try withDaemon { daemon in
            let api = daemon.api(authorization: nil)
            for path in ["/", "/livez", "/readyz", "/metrics", "/openapi.json"] {
                let response = try api.get(path)
                #expect(response.status == 200, "\(path): \(response.text)")
            }
            let description = try api.get("/openapi.json").json()
            #expect(description["openapi"]?.string?.hasPrefix("3.") == true)
            for path in [APIClient.sessions, APIClient.sessions + "/{session_id}", "/v1/ip"] {
                #expect(description["paths"]?[path] != nil, "\(path) is described")
            }
        }
    }

    /// A configuration without `--dev`, with these keys.
    static func config(_ keys: [(name: String, key: String, scopes: [String])], extra: String = "") -> String {
        let lines = keys.map { "    " + line(name: $0.name, key: $0.key, scopes: $0.scopes) }
        return """
            api:
              keys:
            \(lines.joined(separator: "\n"))
            relay:
              address: 127.0.0.1
            \(extra)
            """
    }

    /// One entry of a list of keys.
    private static func line(name: String, key: String, scopes: [String]) -> String {
        let hash = SHA256.hash(data: Data(key.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "- {name: \(name), sha256: \(hash), scopes: [\(scopes.joined(separator: ", "))]}"
    }

    private struct Call {
        var method: String
        var path: String
        var body: String?
        /// The scopes that allow it, one by one.
        var scopes: Set<String>
    }

    private static let calls: [Call] = {
        let unknown = "0123456789ab-S"
        let sessionReaders: Set = ["monitor", "read", "sessions", "admin"]
        let sessionWriters: Set = ["sessions", "admin"]
        let anyone: Set = ["monitor", "read", "sessions", "lobbies", "admin"]
        let sessions = APIClient.sessions
        return [
            Call(method: "GET", path: sessions, scopes: sessionReaders),
            Call(method: "GET", path: "\(sessions)/\(unknown)", scopes: sessionReaders),
            Call(method: "POST", path: sessions, body: #"{"users": [{"ip": "1.1.1.1"}]}"#, scopes: sessionWriters),
            Call(method: "DELETE", path: "\(sessions)/\(unknown)", scopes: sessionWriters),
            Call(
                method: "POST",
                path: "\(sessions):authorize-user",
                body: #"{"session_id": "\#(unknown)", "user_ip": "1.1.1.1"}"#,
                scopes: sessionWriters
            ),
            Call(
                method: "POST",
                path: "\(sessions):revoke-user",
                body: #"{"session_id": "\#(unknown)", "authorization_token": 5}"#,
                scopes: sessionWriters
            ),
            Call(method: "GET", path: "/v1/ip", scopes: anyone),
            Call(method: "GET", path: "/v1/ip/1.1.1.1/lookup", scopes: anyone),
            Call(method: "POST", path: "/v1/ips/lookup", body: #"{"addresses": ["1.1.1.1"]}"#, scopes: anyone),
        ]
    }()
}
