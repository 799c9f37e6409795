extension ConfigurationKey {
    /// `webhook.*`, `geoip.*`, `metrics.*`, `log.*`, `control.*` and `state.*`
    static let serviceKeys: [ConfigurationKey] =
        webhookKeys + metricsKeys
        + access("metrics", of: "metrics.listen", mode: \.metrics.access.mode, group: \.metrics.access.group) + logKeys
        + access("control", of: "control.socket", mode: \.control.access.mode, group: \.control.access.group)
        + stateKeys

    /// `webhook.*` and `geoip.*`
    private static let webhookKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "webhook.secret",
            \.webhook.secret,
            optional: .text("secret text"),
            note: "none, unsigned",
            example: "\"a long random text\"",
            reloadable: false,
            secret: true,
            """
            The secret that signs webhooks (X-Causeway-Signature). Under systemd the default is the credential \
            causeway.webhook-secret where there is one (/etc/credstore/causeway.webhook-secret).
            """
        ),
        ConfigurationKey(
            "webhook.usage_url",
            \.webhook.usageURL,
            optional: .webURL,
            note: "none",
            example: "https://backend.example.net/causeway/usage",
            reloadable: true,
            """
            An http or https URL that gets a POST whenever a session ends: what each of its users has sent and was sent. \
            Signed with webhook.secret; webhook.allow_networks counts here too.
            """
        ),
        ConfigurationKey(
            "webhook.allow_networks",
            \.webhook.allowNetworks,
            .list(of: .network, named: "networks"),
            default: [],
            note: "none",
            example: "[10.20.0.0/16]",
            reloadable: false,
            """
            Networks that webhooks may reach although they are loopback, private, link-local or this relay's own. Metadata \
            services of clouds are among those.
            """
        ),
        ConfigurationKey(
            "webhook.ca_file",
            \.webhook.caFile,
            optional: .path(),
            note: "none, the system's authorities alone",
            example: "/etc/causeway/webhook-ca.pem",
            reloadable: true,
            """
            A PEM file of certificate authorities that vouch for receivers of webhooks, beside the system's. Those are of the \
            package ca-certificates, or what SSL_CERT_FILE or SSL_CERT_DIR names instead.
            """
        ),
        ConfigurationKey(
            "geoip.database",
            \.geoip.database,
            optional: .path(),
            note: "none, no lookup",
            example: "/var/lib/GeoIP/GeoLite2-City.mmdb",
            reloadable: false,
            "A MaxMind DB file from which the API answers where an address is."
        ),
    ]

    /// `metrics.*`
    private static let metricsKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "metrics.listen",
            \.metrics.listen,
            optional: .listener,
            note: "the API's listener",
            example: "127.0.0.1:9090",
            reloadable: false,
            "A listener of its own for /metrics; the API's listener then stops serving it. /livez and /readyz are on both."
        ),
        ConfigurationKey(
            "metrics.latency",
            \.metrics.latency,
            .bool,
            default: true,
            reloadable: false,
            """
            Whether some datagrams are timed from their arrival to their leaving. The kernel reads its clock for every \
            datagram then; switch it off where the machine's clock is slow to read. Sockets that systemd keeps over a \
            restart go on being stamped until 'systemctl stop'.
            """
        ),
    ]

    /// `log.*` and `control.socket`
    private static let logKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "log.level",
            \.log.level,
            .choice,
            default: .info,
            reloadable: true,
            "The least severe level that is written."
        ),
        ConfigurationKey(
            "log.format",
            \.log.format,
            .choice,
            default: .automatic,
            reloadable: false,
            """
            The form of the log: lines of text, one JSON object a line, or journald, records with a field for each \
            detail. auto is journald where systemd connects standard error to the journal, text on a terminal, JSON \
            everywhere else.
            """
        ),
        ConfigurationKey(
            "control.socket",
            \.control.socket,
            optional: .path(longest: ListenAddress.longestPath),
            note: "control.sock in state.directory",
            example: "/run/causeway/control.sock",
            reloadable: false,
            """
            The Unix socket of causewayctl. Whoever may write to the file (control.socket_mode) may do everything. \
            Under systemd the default is control.sock in $RUNTIME_DIRECTORY.
            """
        ),
    ]

    /// `state.*`
    private static let stateKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "state.directory",
            \.state.directory,
            optional: .path(),
            default: "/var/lib/causeway",
            reloadable: false,
            """
            The directory of the database and snapshots. Under systemd the default is $STATE_DIRECTORY; with --dev it is \
            a temporary directory.
            """
        ),
        ConfigurationKey(
            "state.accept_lost_tail",
            \.state.acceptLostTail,
            .bool,
            default: false,
            reloadable: false,
            """
            Whether to start on a database that lost what it had acknowledged, or is gone. It is refused otherwise, since \
            tokens that were revoked might be valid again. For one start: causewayd run --accept-lost-tail.
            """
        ),
    ]
}
