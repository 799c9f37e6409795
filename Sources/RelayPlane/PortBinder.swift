internal import Glibc
internal import LinuxIO
internal import RelayCore
internal import RelayWire

/// Opens the sockets of port pairs on the configured address, or takes over those that were left open.
struct PortBinder: Sendable {
    /// 4 or 16 bytes each: the addresses to bind, one a family.
    private let addresses: [[UInt8]]
    private let isWildcard: Bool
    private let keeper: DescriptorKeeper

    /// Addresses of the machine that get sockets of their own at most; the wildcard serves the others.
    private static let mostLocalAddresses = 16

    /// The sockets of the pair that sessions share.
    struct Shared: Sendable {
        /// Each worker's.
        var workers: [SharedSockets]
        var ports: PortPair
        /// Sockets on every address and port; the one at position p belongs to worker p modulo the number of workers.
        var positions: Int
        /// Sockets that were open already.
        var adopted = 0
        /// Some are owned by a socket unit.
        var usesUnit = false
        /// Sockets that nobody keeps yet, and the names to keep them under.
        fileprivate var opened: [(number: Int32, name: String)] = []
    }

    /// - Parameter bind: `::` means both families; where IPv6 is switched off, IPv4 alone.
    init(bind: PeerAddress, keeper: DescriptorKeeper = .none) {
        isWildcard = bind.isUnspecified
        let isBoth = isWildcard && !bind.isIPv4
        addresses = isBoth ? [[UInt8](repeating: 0, count: 4), bind.bytes] : [bind.bytes]
        self.keeper = keeper
    }

    /// Opens one pair for each of `workers`; all of them share the two ports, and the kernel steers by session token. Where
    /// sockets were left open on these ports, there are as many as before.
    /// - Parameters:
    ///   - machine: the machine's own addresses, 4 or 16 bytes each: on a wildcard they get sockets of their own.
    ///   - inventory: sockets that were left open; those that are used are taken out.
    /// - Throws: `DataPlaneError.portUnavailable`, `.cannotStart` where a socket unit's sockets do not fit together.
    func openShared(
        _ wanted: PortPair,
        workers: Int,
        machine: [[UInt8]] = [],
        inventory: inout SocketInventory
    ) throws(DataPlaneError) -> Shared {
        clear(wanted, &inventory)
        let positions = try positions(wanted, inventory) ?? workers
        var shared = Shared(
            workers: .init(repeating: SharedSockets(), count: workers),
            ports: wanted,
            positions: positions
        )
        for position in 0..<positions { shared.workers[position % workers].main.append(PairSockets()) }
        do {
            shared.usesUnit = addresses.contains {
                inventory.isFromUnit($0, wanted.server) || inventory.isFromUnit($0, wanted.client)
            }
            // A socket unit's are another user's: the kernel lets nobody else have a socket on the same port.
            let local = isWildcard && !shared.usesUnit ? bindable(machine) : []
            let sharesPort = positions > 1 || !local.isEmpty
            shared.ports.server = try open(.server, wanted.server, sharesPort, into: &shared, &inventory)
            shared.ports.client = try open(.client, wanted.client, sharesPort, into: &shared, &inventory)
            for address in local { openLocal(address, into: &shared, &inventory) }
            for (number, name) in shared.opened { keeper.keep(number, name) }
            return shared
        } catch {
            for worker in shared.workers { worker.closeAll() }
            throw error
        }
    }

    /// Opens a pair for one session alone.
    func openDedicated(_ ports: PortPair, inventory: inout SocketInventory) throws(DataPlaneError) -> PairSockets {
        for address in addresses {
            for port in [ports.server, ports.client] where inventory.count(address, port) > 1 {
                // A socket unit's, for a shared pair on these ports: a session has one worker.
                if let group = inventory.take(address, port) { inventory.discard(group, keeper) }
            }
        }
        return try openShared(ports, workers: 1, inventory: &inventory).workers[0].main[0]
    }

    /// Whether sockets of a pair were left open.
    func isInherited(_ ports: PortPair, _ inventory: SocketInventory) -> Bool {
        addresses.contains { inventory.count($0, ports.server) > 0 && inventory.count($0, ports.client) > 0 }
    }

    /// Lets go of the sockets of a pair that was closed.
    func forgetDedicated(_ ports: PortPair) {
        for address in addresses {
            for port in [ports.server, ports.client] {
                keeper.forget(SocketInventory.name(position: 0, port: port, address: address))
            }
        }
    }

    /// Lets go of sockets that are in the way of the ones to bind: on the same ports, and on other addresses of a family that
    /// has none on the address to bind.
    private func clear(_ wanted: PortPair, _ inventory: inout SocketInventory) {
        var hasDiscarded = false
        for address in addresses {
            for port in [wanted.server, wanted.client] where inventory.count(address, port) == 0 {
                hasDiscarded = inventory.discard(port: port, addressLength: address.count, keeper) || hasDiscarded
            }
        }
        if hasDiscarded { keeper.settle() }
    }

    /// How many sockets were left open on each address and port; `nil` where none were.
    private func positions(_ wanted: PortPair, _ inventory: SocketInventory) throws(DataPlaneError) -> Int? {
        var most: (count: Int, port: UInt16)?
        for address in addresses {
            for port in [wanted.server, wanted.client] {
                let count = inventory.count(address, port)
                guard count > 0 else { continue }
                if let other = most, other.count != count, inventory.isFromUnit(address, port) {
                    throw .cannotStart(
                        reason: "the socket unit has \(count) sockets for UDP port \(port) and \(other.count) for "
                            + "\(other.port): list every address of both ports equally often in causeway.socket"
                    )
                }
                if count > most?.count ?? 0 { most = (count, port) }
            }
        }
        return most?.count
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

    /// Opens one port in every family for every position; returns the port.
    private func open(
        _ role: PortRole,
        _ wanted: UInt16,
        _ sharesPort: Bool,
        into shared: inout Shared,
        _ inventory: inout SocketInventory
    ) throws(DataPlaneError) -> UInt16 {
        var port = wanted
        for address in addresses {
            do {
                let group: [Int32]
                if let inherited = try adopt(
                    address,
                    port,
                    shared.positions,
                    reportsLocalAddress: isWildcard,
                    &inventory
                ) {
                    group = inherited
                    shared.adopted += inherited.count
                } else {
                    (group, port) = try openNew(address, port, sharesPort, shared.positions)
                    shared.note(group, port, address)
                }
                shared.distribute(group) { $0.set(role, isIPv4: address.count == 4, $1) }
            } catch  where error.isFamilyUnavailable && isWildcard && addresses.count > 1 && address.count == 16 {
                continue
            } catch {
                if error.isExhaustion { throw .exhausted(reason: error.reason) }
                throw .portUnavailable(port: port, reason: error.description)
            }
        }
        return port
    }

    private func openNew(
        _ address: [UInt8],
        _ port: UInt16,
        _ sharesPort: Bool,
        _ count: Int
    ) throws(SystemCallError) -> ([Int32], UInt16) {
        // Sharing a port also shares it with a second daemon: a socket that does not share tells whether it is free.
        let probe = try openProbe(address, port)
        let port = try UDPSocket.port(of: probe)
        // It stays the first of the group, so that nobody else gets the port in between.
        if sharesPort { try UDPSocket.allowSharing(probe) }
        let group = try openGroup(address, port, options(sharesPort: true), first: probe.take(), count: count)
        return (group, port)
    }

    /// systemd closes what it was told to forget a moment after it has said so.
    private func openProbe(_ address: [UInt8], _ port: UInt16) throws(SystemCallError) -> Descriptor {
        for _ in 0..<Self.patience {
            do throws(SystemCallError) {
                return try UDPSocket.open(address: address, port: port, options(sharesPort: false))
            } catch {
                guard keeper.isPatient, error.isAddressInUse else { throw error }
                usleep(10_000)
            }
        }
        return try UDPSocket.open(address: address, port: port, options(sharesPort: false))
    }

    /// Tries, 10 ms apart.
    private static let patience = 20

    /// Opens both ports on one address of the machine. Where that does not work, the wildcard's sockets go on serving it.
    private func openLocal(_ address: [UInt8], into shared: inout Shared, _ inventory: inout SocketInventory) {
        guard let name = PeerAddress(bytes: address).map(LocalAddress.init),
            let server = localGroup(address, shared.ports.server, shared.positions, &inventory)
        else { return }
        guard let client = localGroup(address, shared.ports.client, shared.positions, &inventory) else {
            close(server.numbers, address, shared.ports.server)
            return
        }
        if !server.isAdopted { shared.note(server.numbers, shared.ports.server, address) }
        if !client.isAdopted { shared.note(client.numbers, shared.ports.client, address) }
        if server.isAdopted { shared.adopted += server.numbers.count }
        if client.isAdopted { shared.adopted += client.numbers.count }
        for position in 0..<shared.positions {
            var pair = PairSockets()
            pair.set(.server, isIPv4: address.count == 4, server.numbers[position])
            pair.set(.client, isIPv4: address.count == 4, client.numbers[position])
            let workers = shared.workers.count
            shared.workers[position % workers].local.append((name, pair, position / workers))
        }
    }

    private func localGroup(
        _ address: [UInt8],
        _ port: UInt16,
        _ count: Int,
        _ inventory: inout SocketInventory
    ) -> (numbers: [Int32], isAdopted: Bool)? {
        if let adopted = try? adopt(address, port, count, reportsLocalAddress: false, &inventory) {
            return (adopted, true)
        }
        var options = options(sharesPort: true)
        options.reportsLocalAddress = false
        return (try? openGroup(address, port, options, count: count)).map { ($0, false) }
    }

    /// The sockets that were left open on an address and port; `nil` where there are not as many as wanted.
    private func adopt(
        _ address: [UInt8],
        _ port: UInt16,
        _ count: Int,
        reportsLocalAddress: Bool,
        _ inventory: inout SocketInventory
    ) throws(SystemCallError) -> [Int32]? {
        guard let group = inventory.take(address, port) else { return nil }
        guard group.numbers.count == count else {
            inventory.discard(group, keeper)
            keeper.settle()
            return nil
        }
        do throws(SystemCallError) {
            for number in group.numbers {
                try UDPSocket.prepare(number, isIPv4: address.count == 4, reportsLocalAddress: reportsLocalAddress)
            }
            try steer(group.numbers)
        } catch {
            inventory.discard(group, keeper)
            throw error
        }
        return group.numbers
    }

    /// Opens a socket for each position on one address and port, and lets the kernel steer between them.
    /// - Parameter first: the first one, where it is open already.
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
            try steer(opened)
        } catch {
            for number in opened { _ = Descriptor(number) }
            throw error
        }
        return opened
    }

    private func steer(_ group: [Int32]) throws(SystemCallError) {
        guard group.count > 1 else { return }
        try Steering.attach(to: group[0], wordOffset: Wire.credentialsLength / 2, count: group.count)
    }

    private func close(_ group: [Int32], _ address: [UInt8], _ port: UInt16) {
        for (position, number) in group.enumerated() {
            keeper.forget(SocketInventory.name(position: position, port: port, address: address))
            _ = Descriptor(number)
        }
    }

    private func options(sharesPort: Bool) -> UDPSocket.Options {
        var options = UDPSocket.Options()
        options.reportsLocalAddress = isWildcard
        options.sharesPort = sharesPort
        return options
    }
}

extension PortBinder.Shared {
    /// Has a group kept once all the others are open too.
    fileprivate mutating func note(_ group: [Int32], _ port: UInt16, _ address: [UInt8]) {
        for (position, number) in group.enumerated() {
            opened.append((number, SocketInventory.name(position: position, port: port, address: address)))
        }
    }

    /// Hands each of a group's sockets to the pair of its position.
    fileprivate mutating func distribute(_ group: [Int32], _ set: (inout PairSockets, Int32) -> Void) {
        for (position, number) in group.enumerated() {
            set(&workers[position % workers.count].main[position / workers.count], number)
        }
    }
}
