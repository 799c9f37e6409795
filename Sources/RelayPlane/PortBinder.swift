internal import LinuxIO
internal import RelayCore
internal import RelayWire

/// Opens the sockets of port pairs on the configured address.
struct PortBinder: Sendable {
    /// 4 or 16 bytes each: the addresses to bind, one a family.
    private let addresses: [[UInt8]]
    private let isWildcard: Bool

    /// Addresses of the machine that get sockets of their own at most; the wildcard serves the others.
    private static let mostLocalAddresses = 16

    /// - Parameter bind: `::` means both families; where IPv6 is switched off, IPv4 alone.
    init(bind: PeerAddress) {
        isWildcard = bind.isUnspecified
        let isBoth = isWildcard && !bind.isIPv4
        addresses = isBoth ? [[UInt8](repeating: 0, count: 4), bind.bytes] : [bind.bytes]
    }

    /// Opens one pair for each of `workers`; all of them share the two ports, and the kernel steers by session token.
    /// - Parameter machine: the machine's own addresses, 4 or 16 bytes each: on a wildcard they get sockets of their own.
    /// - Returns: each worker's sockets and the ports.
    /// - Throws: `DataPlaneError.portUnavailable`.
    func openShared(
        _ wanted: PortPair,
        workers: Int,
        machine: [[UInt8]] = []
    ) throws(DataPlaneError) -> ([SharedSockets], PortPair) {
        var sockets = [SharedSockets](repeating: SharedSockets(), count: workers)
        do {
            let local = isWildcard ? bindable(machine) : []
            let sharesPort = workers > 1 || !local.isEmpty
            let server = try open(.server, wanted.server, sharesPort: sharesPort, into: &sockets)
            let client = try open(.client, wanted.client, sharesPort: sharesPort, into: &sockets)
            let ports = PortPair(server: server, client: client)
            for address in local { openLocal(address, ports, into: &sockets) }
            return (sockets, ports)
        } catch {
            for worker in sockets { worker.closeAll() }
            throw error
        }
    }

    /// Opens a pair for one session alone.
    func openDedicated(_ ports: PortPair) throws(DataPlaneError) -> PairSockets {
        try openShared(ports, workers: 1).0[0].main
    }

    /// The machine's addresses that sockets of their own make sense for.
    private func bindable(_ machine: [[UInt8]]) -> [[UInt8]] {
        var chosen: [[UInt8]] = []
        for address in machine where !chosen.contains(address) {
            // A link-local address means something on its link only, and would have to be bound with it.
            let isLinkLocal = address.count == 16 && address[0] == 0xFE && address[1] & 0xC0 == 0x80
            if addresses.contains(where: { $0.count == address.count }), !isLinkLocal { chosen.append(address) }
        }
        return Array(chosen.prefix(Self.mostLocalAddresses))
    }

    /// Opens one port in every family for every worker; returns the port.
    private func open(
        _ role: PortRole,
        _ wanted: UInt16,
        sharesPort: Bool,
        into sockets: inout [SharedSockets]
    ) throws(DataPlaneError) -> UInt16 {
        var port = wanted
        for address in addresses {
            do {
                // Sharing a port also shares it with a second daemon: a socket that does not share tells whether it is free.
                let probe = try UDPSocket.open(address: address, port: port, options(sharesPort: false))
                port = try UDPSocket.port(of: probe)
                // It stays the first of the group, so that nobody else gets the port in between.
                if sharesPort { try UDPSocket.allowSharing(probe) }
                let opened = try openGroup(
                    address,
                    port,
                    options(sharesPort: true),
                    first: probe.take(),
                    count: sockets.count
                )
                for worker in sockets.indices {
                    sockets[worker].main.set(role, isIPv4: address.count == 4, opened[worker])
                }
            } catch  where error.isFamilyUnavailable && isWildcard && addresses.count > 1 && address.count == 16 {
                continue
            } catch {
                throw .portUnavailable(port: port, reason: error.description)
            }
        }
        return port
    }

    /// Opens both ports on one address of the machine. Where that does not work, the wildcard's sockets go on serving it.
    private func openLocal(_ address: [UInt8], _ ports: PortPair, into sockets: inout [SharedSockets]) {
        guard let name = PeerAddress(bytes: address).map(LocalAddress.init) else { return }
        var options = options(sharesPort: true)
        options.reportsLocalAddress = false
        guard let server = try? openGroup(address, ports.server, options, count: sockets.count) else { return }
        guard let client = try? openGroup(address, ports.client, options, count: sockets.count) else {
            for number in server { close(Descriptor(number)) }
            return
        }
        for worker in sockets.indices {
            var pair = PairSockets()
            pair.set(.server, isIPv4: address.count == 4, server[worker])
            pair.set(.client, isIPv4: address.count == 4, client[worker])
            sockets[worker].local.append((name, pair))
        }
    }

    /// Opens a socket for each worker on one address and port, and lets the kernel steer between them.
    /// - Parameter first: the first worker's, where it is open already.
    private func openGroup(
        _ address: [UInt8],
        _ port: UInt16,
        _ options: UDPSocket.Options,
        first: Int32? = nil,
        count: Int
    ) throws(SystemCallError) -> [Int32] {
        var opened = first.map { [$0] } ?? []
        do throws(SystemCallError) {
            while opened.count < count {
                opened.append(try UDPSocket.open(address: address, port: port, options).take())
            }
            if count > 1 {
                try Steering.attach(to: opened[0], wordOffset: Wire.credentialsLength / 2, count: count)
            }
        } catch {
            for number in opened { close(Descriptor(number)) }
            throw error
        }
        return opened
    }

    private func options(sharesPort: Bool) -> UDPSocket.Options {
        var options = UDPSocket.Options()
        options.reportsLocalAddress = isWildcard
        options.sharesPort = sharesPort
        return options
    }

    private func close(_ descriptor: consuming Descriptor) {}
}
