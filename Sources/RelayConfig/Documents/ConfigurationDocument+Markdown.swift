extension ConfigurationDocument {
    /// The manual page of the configuration, for docs/configuration.md.
    package static var markdown: String {
        var text = introduction
        for (group, keys) in groups {
            text += "\n## \(titles[group] ?? group)\n"
            for key in keys { text += "\n" + section(key) }
        }
        return text
    }

    private static func section(_ key: ConfigurationKey) -> String {
        let fallback = key.defaultText.map { "`\($0)`" } ?? key.defaultNote ?? "none"
        var facts = [
            "- Value: \(key.typeDescription)",
            "- Default: \(fallback)",
            "- Environment: `\(key.environmentName)`",
            "- A change needs a \(key.isReloadable ? "reload" : "restart").",
        ]
        if key.defaultText == nil {
            facts.insert("- Example:\n\n  ```yaml\n  \(key.name): \(key.example)\n  ```", at: 2)
        }
        if key.isSecret { facts.append("- Secret: never shown, and refused on the command line.") }
        return "### `\(key.name)`\n\n\(key.help)\n\n\(facts.joined(separator: "\n"))\n"
    }

    private static let introduction = """
        # Configuration

        This page is made from the table of keys in the source by `causewayd print-config --markdown`; so is the default
        file, [config/causeway.yaml](../config/causeway.yaml), by `causewayd print-config --defaults`.

        A relay needs to be told two things: the public address that players reach, and at least one API key.

        ```yaml
        relay.address: 203.0.113.7
        api.keys:
          - name: backend
            sha256: "…"        # from: causewayd new-key backend --scopes sessions,read
            scopes: [sessions, read]
        ```

        Everything else has a default that suits most machines. `causewayd check-config` checks a file without starting
        anything and tells every mistake at once, each with file, line, column and what to do.
        `causewayd print-config` shows every key with its value and where that came from.

        ## Where values come from

        Each source overrides the ones before it:

        1. the defaults below,
        2. the file: `/etc/causeway/causeway.yaml`, or the one that `--config` or `CAUSEWAY_CONFIG` names. Only the
           former may be missing,
        3. environment variables: `CAUSEWAY_` and the key in capitals, with `_` for each dot: `CAUSEWAY_API_LISTEN` is
           `api.listen`. Lists are in YAML flow syntax: `CAUSEWAY_API_TRUSTED_PROXIES='[10.0.0.0/8]'`,
        4. `--set KEY=VALUE`, as often as needed. Secrets are refused there, because other users of the machine can see
           the arguments of a process.

        `CAUSEWAY_DEV_KEY`, `CAUSEWAY_KEY`, `CAUSEWAY_CONTROL` and `CAUSEWAY_CONFIG` are no keys. Any other variable that
        starts with `CAUSEWAY_` and names no key is passed over with a warning; those that Kubernetes makes for services
        called causeway or causeway-…, in silence.

        ## How values are written

        - Keys are nested or dotted, as you like: `relay.ports.shared: 32000/32001` is the same as `relay:` with `ports:`
          and `shared:` below it. A key given twice is an error, whatever its form.
        - Durations are whole numbers with units, longest first: `500ms`, `10s`, `10m`, `1h30m`, `2h`, `1d`. A number
          without a unit is an error.
        - Booleans are `true` and `false`, without quotes. Text that YAML would take for something else (`no`, `1.5`)
          needs quotes.
        - Paths are absolute.
        - Listeners are `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `unix:/path`; port 0 lets the system choose.
        - A file has at most 1 MiB, 16 aliases and one document.

        ## Development

        `--dev` changes defaults, and checks one thing more: `api.listen` must be loopback or a Unix socket.
        `relay.address` is 127.0.0.1, no key is needed, and `state.directory` is a temporary directory. Values that are
        given still count.

        ## Reload and restart

        SIGHUP reads everything again, all or nothing. Keys marked *reload* change at once; the others are named in the
        log and wait for a restart.

        """
}
