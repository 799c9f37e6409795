import RelayNet

extension ConfigurationKey {
    /// `api.*`
    static let apiKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "api.listen",
            \.api.listen,
            .listener,
            default: .tcp(IPAddress(ipv4: 0x7F00_0001), port: 8080),
            reloadable: false,
            "Where the HTTP API listens. Port 0 lets the system choose. With --dev only loopback or a Unix socket."
        ),
        ConfigurationKey(
            "api.public_url",
            \.api.publicURL,
            optional: .baseURL,
            note: "built from the request's Host header",
            example: "https://relay.example.net",
            reloadable: true,
            """
            The URL under which players reach the API or the lobby service; the URLs of lobbies are built from it. Calls on \
            lobby services have rights by their address only if their Host header names the host of this URL.
            """
        ),
        ConfigurationKey(
            "api.keys",
            \.api.keys,
            .apiKeys,
            default: [],
            note: "none; run refuses to start without a key unless --dev",
            example: "[{name: backend, sha256: \"\(String(repeating: "0", count: 64))\", scopes: [sessions, read]}]",
            reloadable: true,
            secret: true,
            """
            The keys that the API accepts, by the SHA-256 of each. `causewayd new-key NAME --scopes sessions,read` makes a \
            key and prints the entry. Scopes: sessions, lobbies, monitor, read, admin.
            """
        ),
        ConfigurationKey(
            "api.keys_file",
            \.api.keysFile,
            optional: .path(),
            note: "none",
            example: "/etc/causeway/keys.yaml",
            reloadable: true,
            """
            A YAML file that holds a list like that of api.keys; both lists count. Meant for a file of its own with \
            narrow permissions. Under systemd the default is the credential causeway.keys where there is one \
            (/etc/credstore/causeway.keys), and a change of that needs a restart.
            """
        ),
        ConfigurationKey(
            "api.tls.certificate",
            \.api.tls.certificate,
            optional: .path(),
            note: "none, plain HTTP",
            example: "/etc/causeway/tls/fullchain.pem",
            reloadable: false,
            "PEM file of the certificate chain for TLS on the API's listener. Needs api.tls.key."
        ),
        ConfigurationKey(
            "api.tls.key",
            \.api.tls.key,
            optional: .path(),
            note: "none, plain HTTP",
            example: "/etc/causeway/tls/privkey.pem",
            reloadable: false,
            "PEM file of the certificate's private key. Needs api.tls.certificate."
        ),
        ConfigurationKey(
            "api.trusted_proxies",
            \.api.trustedProxies,
            .list(of: .network, named: "networks"),
            default: [],
            note: "none",
            example: "[10.0.0.0/8, \"::1\"]",
            reloadable: true,
            """
            Networks of reverse proxies whose X-Forwarded-For header names the caller's address. Where relay.address is public, \
            calls on lobby services that come through another proxy are refused.
            """
        ),
    ]
}
