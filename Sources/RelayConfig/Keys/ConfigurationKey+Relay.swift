import RelayNet

extension ConfigurationKey {
    /// `relay.*`
    static let relayKeys: [ConfigurationKey] = [
        ConfigurationKey(
            "relay.address",
            \.relay.address,
            optional: .address,
            note: "required; 127.0.0.1 with --dev",
            example: "203.0.113.7",
            reloadable: false,
            "The public address of this relay, handed to clients as relay.ip. One IPv4 or IPv6 address."
        ),
        ConfigurationKey(
            "relay.hostname",
            \.relay.hostname,
            optional: .hostname,
            note: "the address",
            example: "\"*.relay.example.net\"",
            reloadable: false,
            """
            The public name of this relay, handed to clients as relay.host. With "*." in front (in quotes), each session \
            gets its hexadecimal id in front of the domain, which then needs a wildcard DNS record.
            """
        ),
        ConfigurationKey(
            "relay.bind",
            \.relay.bind,
            .address,
            default: IPAddress(high: 0, low: 0),
            reloadable: false,
            "The local address of the UDP ports. \"::\" serves both families; where IPv6 is off it means 0.0.0.0."
        ),
        ConfigurationKey(
            "relay.ports.shared",
            \.relay.ports.shared,
            .portPair,
            default: .standard,
            reloadable: false,
            """
            The UDP ports, server/client, that all sessions share: hosts talk to the first, players to the second. \
            0/0 takes any free ports.
            """
        ),
        ConfigurationKey(
            "relay.ports.dedicated",
            \.relay.ports.dedicated,
            optional: .portRange,
            note: "none, sessions share relay.ports.shared",
            example: "20000-29999",
            reloadable: false,
            "A range of UDP ports that gives each session a pair of its own, in place of relay.ports.shared."
        ),
        ConfigurationKey(
            "relay.workers",
            \.relay.workers,
            .workers,
            default: .automatic,
            reloadable: false,
            "Threads of the data plane. auto is one a core."
        ),
        ConfigurationKey(
            "relay.kernel_filter",
            \.relay.kernelFilter,
            .bool,
            default: true,
            reloadable: false,
            """
            Drops datagrams of impossible length or type in the kernel, before they wake the daemon; one in sixteen still \
            arrives, so that the reason is counted.
            """
        ),
        ConfigurationKey(
            "relay.dscp",
            \.relay.dscp,
            .serviceClass,
            default: .none,
            reloadable: false,
            """
            The class of service (DSCP) that datagrams are marked with when they leave, for networks that give such ones \
            the way. What arrived with is not carried over: to read it from each datagram would cost each datagram. An \
            IPTOS= in causeway.socket is overwritten.
            """
        ),
        place("city", \.relay.location.city, "Montreal", "City of this relay, for filters."),
        place("country", \.relay.location.country, "Canada", "Country of this relay, for filters."),
        place("continent", \.relay.location.continent, "North America", "Continent of this relay, for filters."),
        place("region", \.relay.location.region, "ca-east", "Region of this relay, for filters."),
        place(
            "administrative_division",
            \.relay.location.administrativeDivision,
            "Quebec",
            "State or province of this relay, for filters."
        ),
        ConfigurationKey(
            "relay.location.latitude",
            \.relay.location.latitude,
            optional: .decimal(-90...90),
            note: "unknown",
            example: "45.5088",
            reloadable: true,
            "Degrees north. Needs relay.location.longitude."
        ),
        ConfigurationKey(
            "relay.location.longitude",
            \.relay.location.longitude,
            optional: .decimal(-180...180),
            note: "unknown",
            example: "-73.5878",
            reloadable: true,
            "Degrees east. Needs relay.location.latitude."
        ),
        ConfigurationKey(
            "relay.location.location_tags",
            \.relay.location.locationTags,
            .list(of: .text(), named: "texts"),
            default: [],
            note: "none",
            example: "[ca-east, low-cost]",
            reloadable: true,
            "Free tags of this relay, for filters."
        ),
    ]

    private static func place(
        _ name: String,
        _ field: any WritableKeyPath<Configuration, String?> & Sendable,
        _ example: String,
        _ help: String
    ) -> ConfigurationKey {
        ConfigurationKey(
            "relay.location.\(name)",
            field,
            optional: .text(),
            note: "unknown",
            example: YAMLText.scalar(example),
            reloadable: true,
            help
        )
    }
}
