import RelayNet

extension Load {
    /// Checks what one value alone cannot tell.
    mutating func check() {
        checkTLS()
        checkAddresses()
        checkPorts()
        checkListeners()
        checkLocation()
        warnAboutTimeouts()
        if configuration.webhook.secret != nil, case .file(let path)? = origins["webhook.secret"]?.source,
            let filePermissions
        {
            warnIfExposed(path, filePermissions, holding: "webhook.secret")
        }
    }

    private mutating func checkTLS() {
        let pair = [
            ("api.tls.certificate", configuration.api.tls.certificate), ("api.tls.key", configuration.api.tls.key),
        ]
        for (given, missing) in [(pair[0], pair[1]), (pair[1], pair[0])] where given.1 != nil && missing.1 == nil {
            complain(about: given.0, "\(given.0) is given without \(missing.0), give both or neither")
        }
    }

    private mutating func checkAddresses() {
        if let address = configuration.relay.address {
            switch address.reach {
            case .unspecified, .multicast, .broadcast:
                complain(
                    about: "relay.address",
                    "relay.address \(address) is \(address.reach.words), write the public address of this machine"
                )
            case .global: break
            case let reach where !configuration.isDev:
                warnings.append(
                    "relay.address \(address) is \(reach.words): players on the Internet cannot reach it"
                )
            default: break
            }
            let bind = configuration.relay.bind
            if bind.isIPv4 != address.isIPv4, bind != IPAddress(high: 0, low: 0) {
                warnings.append("relay.bind \(bind) and relay.address \(address) are of different IP versions")
            }
        }
        let bind = configuration.relay.bind
        if bind.reach == .linkLocal, !bind.isIPv4 {
            complain(about: "relay.bind", "relay.bind \(bind) \(Self.linkLocal)")
        }
        if bind.reach == .multicast || bind.reach == .broadcast {
            complain(about: "relay.bind", "relay.bind \(bind) is \(bind.reach.words), write an address of this machine")
        }
    }

    private mutating func checkPorts() {
        let names = ["relay.ports.shared", "relay.ports.dedicated"]
        if let shared = origins[names[0]], let dedicated = origins[names[1]] {
            // The stronger source, or the later line, is the one that came on top.
            complain(
                about: dedicated.isTold(before: shared) ? names[0] : names[1],
                "relay.ports.shared and relay.ports.dedicated exclude each other, keep one"
            )
        }
        guard let range = localPortRange, !names.contains(where: broken.contains) else { return }
        if let dedicated = configuration.relay.ports.dedicated {
            if dedicated.ports.overlaps(range) { warnAboutLocalPorts("relay.ports.dedicated \(dedicated)", range) }
        } else {
            let shared = configuration.relay.ports.shared
            if range.contains(shared.server) || range.contains(shared.client) {
                warnAboutLocalPorts("relay.ports.shared \(shared)", range)
            }
        }
    }

    private mutating func warnAboutLocalPorts(_ what: String, _ range: ClosedRange<UInt16>) {
        warnings.append(
            "\(what) lies in net.ipv4.ip_local_port_range \(range.lowerBound)-\(range.upperBound), from which other "
                + "programs may take a port before the relay starts; choose other ports or narrow that range"
        )
    }

    /// The ports that the kernel hands out by itself (ip(7)).
    private var localPortRange: ClosedRange<UInt16>? {
        let bounds = (system.localPortRange() ?? "").split(whereSeparator: \.isWhitespace).compactMap(
            DecimalText.uint16
        )
        return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]...bounds[1] : nil
    }

    private mutating func checkListeners() {
        let listen = configuration.api.listen
        if configuration.isDev, !listen.isLocal {
            complain(
                about: "api.listen",
                "api.listen \(listen) is reachable from other machines, which --dev does not allow: write 127.0.0.1:8080 "
                    + "or unix:/path, or leave out --dev"
            )
        }
        let socket = configuration.control.socket.map { ListenAddress.unix(path: $0) }
        let listeners = [
            ("api.listen", listen), ("metrics.listen", configuration.metrics.listen),
            ("lobbies.listen", configuration.lobbies.listen), ("control.socket", socket),
        ]
        for (index, (name, address)) in listeners.enumerated() {
            guard let address else { continue }
            for (other, otherAddress) in listeners[..<index] {
                guard let otherAddress, address.collides(with: otherAddress) else { continue }
                complain(
                    about: name,
                    address == otherAddress
                        ? "\(name) \(address) is also \(other), give each its own"
                        : "\(name) \(address) and \(other) \(otherAddress) are the same port, give each its own"
                )
            }
        }
        for (name, address) in listeners {
            guard case .tcp(let host, _)? = address, host.reach == .linkLocal, !host.isIPv4 else { continue }
            complain(about: name, "\(name) \(host) \(Self.linkLocal)")
        }
    }

    /// Such an address needs an interface beside it, and the configuration has no place for one.
    static let linkLocal =
        "is a link-local address, which means nothing without its interface: write another address of this machine, or [::] "
        + "for all of them"

    private mutating func checkLocation() {
        let location = configuration.relay.location
        if (location.latitude == nil) != (location.longitude == nil),
            !broken.contains("relay.location.latitude"), !broken.contains("relay.location.longitude")
        {
            let given = location.latitude == nil ? "relay.location.longitude" : "relay.location.latitude"
            complain(about: given, "relay.location.latitude and relay.location.longitude go together, give both")
        }
    }

    private mutating func warnAboutTimeouts() {
        let sessions = configuration.sessions
        let timeouts = [
            ("sessions.host_timeout", sessions.hostTimeout), ("sessions.user_timeout", sessions.userTimeout),
            ("sessions.idle_timeout", sessions.idleTimeout),
        ]
        for (name, timeout) in timeouts where timeout <= .seconds(10) {
            warnings.append(
                "\(name) \(DurationText.text(timeout)) is not longer than the clients' own timeout of 10 s: a pause "
                    + "that a client survives ends its place here"
            )
        }
    }

    /// Notes a problem of a key whose value was sound by itself.
    private mutating func complain(about key: String, _ message: String) {
        guard !broken.contains(key) else { return }
        problems.append((origins[key] ?? Origin(source: .builtIn), message))
    }
}

extension IPAddress.Reach {
    /// The class in words.
    fileprivate var words: String {
        switch self {
        case .unspecified: "the unspecified address"
        case .loopback: "a loopback address"
        case .linkLocal: "a link-local address"
        case .private: "a private address"
        case .metadata: "the address of a metadata service"
        case .multicast: "a multicast address"
        case .broadcast: "the broadcast address"
        case .documentation: "an address for documentation only"
        case .reserved: "a reserved address"
        case .global: "a public address"
        }
    }
}
