internal import LinuxIO
internal import RelayCore
internal import RelayWire

/// Opens the sockets of port pairs on the configured address.
struct PortBinder: Sendable {
    /// 4 or 16 bytes each: the addresses to bind, one a family.
    let addresses: [[UInt8]]
    let isWildcard: Bool

    /// - Parameter bind: `::` means both families; where IPv6 is switched off, IPv4 alone.
    init(bind: PeerAddress) {
        isWildcard = bind.isUnspecified
        let isBoth = isWildcard && !bind.isIPv4
        addresses = isBoth ? [[UInt8](repeating: 0, count: 4), bind.bytes] : [bind.bytes]
    }

    /// Opens one pair for each of `workers`; all of them share the two ports, and the kernel steers by session token.
    /// - Returns: each worker's sockets and the ports.
    /// - Throws: `DataPlaneError.portUnavailable`.
    func openShared(_ wanted: PortPair, workers: Int) throws(DataPlaneError) -> ([PairSockets], PortPair) {
        var sockets = [PairSockets](repeating: PairSockets(), count: workers)
        do {
            let server = try open(.server, wanted.server, into: &sockets)
            let client = try open(.client, wanted.client, into: &sockets)
            return (sockets, PortPair(server: server, client: client))
        } catch {
            for pair in sockets { pair.closeAll() }
            throw error
        }
    }

    /// Opens a pair for one session alone.
    func openDedicated(_ ports: PortPair) throws(DataPlaneError) -> PairSockets {
        try openShared(ports, workers: 1).0[0]
    }

    /// Opens one port in every family for every worker; returns the port.
    private func open(
        _ role: PortRole,
        _ wanted: UInt16,
        into sockets: inout [PairSockets]
    ) throws(DataPlaneError) -> UInt16 {
        var port = wanted
        for address in addresses {
            do {
                try open(role, address: address, port: &port, into: &sockets)
            } catch  where error.isFamilyUnavailable && isWildcard && addresses.count > 1 && address.count == 16 {
                continue
            } catch {
                throw .portUnavailable(port: port, reason: error.description)
            }
        }
        return port
    }

    private func open(
        _ role: PortRole,
        address: [UInt8],
        port: inout UInt16,
        into sockets: inout [PairSockets]
    ) throws(SystemCallError) {
        var options = UDPSocket.Options()
        options.reportsLocalAddress = isWildcard
        // Sharing a port also shares it with a second daemon: a socket that does not share tells whether it is free.
        let probe = try UDPSocket.open(address: address, port: port, options)
        port = try UDPSocket.port(of: probe)
        if sockets.count == 1 {
            sockets[0].set(role, isIPv4: address.count == 4, probe.take())
            return
        }
        close(probe)
        options.sharesPort = true
        for worker in sockets.indices {
            let socket = try UDPSocket.open(address: address, port: port, options)
            if worker == sockets.count - 1 {
                try Steering.attach(
                    to: socket.number,
                    wordOffset: Wire.credentialsLength / 2,
                    count: sockets.count
                )
            }
            sockets[worker].set(role, isIPv4: address.count == 4, socket.take())
        }
    }

    private func close(_ descriptor: consuming Descriptor) {}
}
