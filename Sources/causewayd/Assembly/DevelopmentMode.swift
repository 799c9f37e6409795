import Foundation
import RelayConfig
import RelayControl

/// What `--dev` brings: a key, and a place for the state that goes away with the process.
struct DevelopmentMode: Sendable {
    /// The environment variable that may hold the key.
    static let keyVariable = "CAUSEWAY_DEV_KEY"

    let key: String
    /// Whether the key was made up here and has to be printed.
    let isKeyNew: Bool
    private let temporaryState: String

    init(environment: [String: String]) throws {
        if let given = environment[Self.keyVariable], !given.isEmpty {
            key = given
            isKeyNew = false
        } else {
            key = RelayControl.APIKey.newKey(from: SystemRandomSource())
            isKeyNew = true
        }
        temporaryState =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("causeway-dev-\(UUID().uuidString)").path
    }

    /// The one key, with all scopes.
    var keyEntry: RelayConfig.APIKey {
        let entry = RelayControl.APIKey(name: "dev", key: key, scopes: [.admin])
        return RelayConfig.APIKey(name: "dev", sha256: Self.bytes(ofHex: entry.sha256), scopes: [.admin])
    }

    /// Where the state lives unless the configuration says otherwise.
    var stateDirectory: String { temporaryState }

    func removeTemporaryState() {
        try? FileManager.default.removeItem(atPath: temporaryState)
    }

    private static func bytes(ofHex text: String) -> [UInt8] {
        stride(from: 0, to: text.utf8.count, by: 2).compactMap { offset in
            let start = text.index(text.startIndex, offsetBy: offset)
            return UInt8(text[start...].prefix(2), radix: 16)
        }
    }

    /// What a person needs to try the relay, ready to paste.
    func banner(api: String, unixSocket: String?) -> String {
        let shown = isKeyNew ? key : "$\(Self.keyVariable)"
        let transport = unixSocket.map { "--unix-socket \($0) " } ?? ""
        return """

            Causeway is running, for trying out\(isKeyNew ? ": this key is gone when it stops" : "").

              API   \(api)
              Key   \(isKeyNew ? key : "the one in \(Self.keyVariable)")
              Page  \(api)/dashboard

            Create a session for a host and a player:

              curl -s \(transport)-X POST \(api)/v1/relays/sessions -H "Authorization: token \(shown)" -H 'Content-Type: application/json' -d '{"users": [{"ip": "127.0.0.1"}, {"ip": "127.0.0.1"}]}'

            """
    }
}

extension Configuration {
    /// With the development key, and the temporary directory where none is set.
    func overlaid(by development: DevelopmentMode?) -> Configuration {
        guard let development else { return self }
        var configuration = self
        configuration.api.keys.append(development.keyEntry)
        if configuration.state.directory == nil { configuration.state.directory = development.stateDirectory }
        return configuration
    }
}
