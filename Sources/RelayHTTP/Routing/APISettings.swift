internal import NIOHTTP1
package import RelayControl
package import RelayNet
internal import Synchronization

/// What a reload may change while requests are served.
package struct APISettings: Sendable {
    package var keys: APIKeyRing
    /// Peers whose `X-Forwarded-For` counts.
    package var trustedProxies: [IPNetwork]
    /// The largest body that is read.
    package var maxBodyBytes: Int
    /// How often each key may create sessions and authorize users; `nil` for as often as it likes.
    package var keyRate: CallRate?
    /// `api.public_url`; `nil` for what each request's Host header says.
    package var publicURL: String?
    /// `lobbies.origins`: the web pages that may do what a player's address allows.
    package var lobbyOrigins: [String]
    /// Whether `relay.address` is on the Internet: then a proxy that hides the players' addresses is a mistake.
    package var relayIsPublic: Bool

    package init(
        keys: APIKeyRing,
        trustedProxies: [IPNetwork] = [],
        maxBodyBytes: Int = 1 << 20,
        keyRate: CallRate? = nil,
        publicURL: String? = nil,
        lobbyOrigins: [String] = [],
        relayIsPublic: Bool = false
    ) {
        self.keys = keys
        self.trustedProxies = trustedProxies
        self.maxBodyBytes = maxBodyBytes
        self.keyRate = keyRate
        self.publicURL = publicURL
        self.lobbyOrigins = lobbyOrigins
        self.relayIsPublic = relayIsPublic
    }
}

/// The settings in force now.
final class APISettingsBox: Sendable {
    private let settings: Mutex<APISettings>

    init(_ settings: APISettings) { self.settings = Mutex(settings) }

    var current: APISettings {
        get { settings.withLock { $0 } }
        set { settings.withLock { $0 = newValue } }
    }
}

extension APISettings {
    /// Whether a request's headers have a valid API key, whatever it may do.
    func hasKey(_ headers: HTTPHeaders) -> Bool {
        let values = headers["authorization"]
        guard values.count == 1 else { return false }
        return (try? keys.authenticate(authorizationHeader: values[0])) != nil
    }
}
