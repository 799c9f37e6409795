extension ConfigurationKey {
    /// The two keys that say who may open a listener that is a Unix socket.
    ///
    /// - Parameters:
    ///   - prefix: what stands before `socket_mode` and `socket_group`.
    ///   - listener: the key of the listener's address.
    ///   - mode: where the mode lies in the configuration.
    ///   - group: where the group lies.
    static func access(
        _ prefix: String,
        of listener: String,
        mode: any WritableKeyPath<Configuration, FileMode> & Sendable,
        group: any WritableKeyPath<Configuration, String?> & Sendable
    ) -> [ConfigurationKey] {
        [
            ConfigurationKey(
                "\(prefix).socket_mode",
                mode,
                .fileMode,
                default: FileMode(bits: 0o660),
                reloadable: false,
                "The mode of \(listener) where it is a Unix socket: whoever may write to the file may connect."
            ),
            ConfigurationKey(
                "\(prefix).socket_group",
                group,
                optional: .group,
                note: "the daemon's own",
                example: "www-data",
                reloadable: false,
                """
                The group of \(listener) where it is a Unix socket. The daemon has to be in it: under systemd, set Group= in \
                'systemctl edit causeway.service', which is enough by itself.
                """
            ),
        ]
    }
}
