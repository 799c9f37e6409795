import Glibc
import LinuxIO
import RelayConfig
import RelayHTTP
import RelayNet
import RelaySystem
import RelaySystemd

/// Binds every address that a configuration wants to listen on, and lets go of it at once: nobody can connect meanwhile.
struct SocketSurvey {
    private(set) var findings: [Premises.Finding] = []
    private let neighbours: Neighbours
    /// Whether the relay may run beside this process: what it has is free for it.
    private let isCheck: Bool
    /// What this process was given: ports that are open already and cannot be bound anew.
    private let udpPorts: Set<UInt16>

    init(_ configuration: Configuration, _ inherited: [InheritedDescriptor], isCheck: Bool) {
        neighbours = Neighbours(state: configuration.state.directory)
        self.isCheck = isCheck
        udpPorts = Set(inherited.compactMap { try? UDPSocket.inspect($0.number).port })
        surveyRelayPorts(configuration.relay)
        if !inherited.contains(where: { $0.name == Daemon.apiDescriptor }) {
            survey(configuration.api.listen, "api.listen")
        }
        if let metrics = configuration.metrics.listen { survey(metrics, "metrics.listen") }
        if let lobbies = configuration.lobbies.listen { survey(lobbies, "lobbies.listen") }
        if let socket = configuration.control.socket { survey(path: socket, "control.socket") }
    }

    /// The UDP ports: of a range only the first one, since a session whose pair is taken gets another one.
    private mutating func surveyRelayPorts(_ relay: Configuration.Relay) {
        let bind = relay.bind
        let isBoth = bind == IPAddress(high: 0, low: 0)
        let ports =
            relay.ports.dedicated.map { [$0.ports.lowerBound] } ?? [
                relay.ports.shared.server, relay.ports.shared.client,
            ]
        let key = relay.ports.dedicated == nil ? "relay.ports.shared" : "relay.ports.dedicated"
        for port in ports where !udpPorts.contains(port) {
            for address in isBoth ? [IPAddress(ipv4: 0), bind] : [bind] {
                guard let code = Self.bindUDP(address, port) else { continue }
                // Where IPv6 is off, "::" means IPv4 alone.
                if isBoth, !address.isIPv4, code == EAFNOSUPPORT || code == EADDRNOTAVAIL { continue }
                if code == EADDRINUSE, relay.ports.dedicated != nil { continue }
                let isAddress = code == EADDRNOTAVAIL
                add(
                    isAddress ? "relay.bind" : key,
                    isAddress ? bind.description : "UDP port \(port)",
                    code,
                    port: port,
                    on: address,
                    .udp,
                    unit: "causeway.socket"
                )
                // The second port, or family, would say the same.
                if code != EADDRINUSE { return }
                break
            }
        }
    }

    private mutating func survey(_ listen: RelayConfig.ListenAddress, _ key: String) {
        switch listen {
        case .tcp(let address, let port):
            guard let code = Self.bindTCP(address, port) else { return }
            let unit = key == "api.listen" ? "causeway-api.socket" : "a proxy"
            add(key, listen.description, code, port: port, on: address, .tcp, unit: unit)
        case .unix(let path): survey(path: path, key)
        }
    }

    private mutating func add(
        _ key: String,
        _ what: String,
        _ code: Int32,
        port: UInt16,
        on address: IPAddress,
        _ transport: Neighbours.Transport,
        unit: String
    ) {
        var holder = "another process"
        if code == EADDRINUSE {
            let found = neighbours.holder(of: port, on: address, transport)
            if isCheck, found.isOurs { return }
            holder = found.words
        }
        let words = SystemWords.unbindable(what, code, port: port, holder: holder, unit: unit)
        findings.append(Premises.Finding(key: key, words: words, weight: code == EADDRINUSE ? .passing : .problem))
    }

    /// A path for a Unix socket: its directory can be written to, and nothing else stands there.
    private mutating func survey(path: String, _ key: String) {
        let parent = Premises.parent(of: path)
        if let words = SystemWords.unwritable(directory: parent) {
            findings.append(Premises.Finding(key: key, words: words))
            return
        }
        do throws(ListenerError) {
            try ControlServer.require(free: path, named: key)
        } catch {
            if error.isTaken, isCheck, neighbours.hasDaemon { return }
            findings.append(
                Premises.Finding(key: key, words: error.message, weight: error.isTaken ? .passing : .problem)
            )
        }
    }

    private static func bindUDP(_ address: IPAddress, _ port: UInt16) -> Int32? {
        do throws(SystemCallError) {
            _ = try UDPSocket.open(address: address.bytes, port: port, UDPSocket.Options())
            return nil
        } catch {
            return error.code
        }
    }

    /// As the API's listener binds: an address that connections of before linger on is free.
    private static func bindTCP(_ address: IPAddress, _ port: UInt16) -> Int32? {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(address.isIPv4 ? AF_INET : AF_INET6, type, 0)
        guard number >= 0 else { return errno }
        let descriptor = Descriptor(number)
        var isOn: Int32 = 1
        setsockopt(descriptor.number, SOL_SOCKET, SO_REUSEADDR, &isOn, 4)
        // sockaddr_in and sockaddr_in6 begin alike (ip(7), ipv6(7)): family, port; then the address at 4 or 8.
        var name = [UInt8](repeating: 0, count: address.isIPv4 ? 16 : 28)
        withUnsafeBytes(of: sa_family_t(address.isIPv4 ? AF_INET : AF_INET6)) { name.replaceSubrange(0..<2, with: $0) }
        withUnsafeBytes(of: port.bigEndian) { name.replaceSubrange(2..<4, with: $0) }
        let start = address.isIPv4 ? 4 : 8
        name.replaceSubrange(start..<start + address.bytes.count, with: address.bytes)
        let status = name.withUnsafeBytes { raw -> Int32 in
            guard let base = raw.baseAddress else { return -1 }
            return bind(descriptor.number, base.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
        return status == 0 ? nil : errno
    }
}
