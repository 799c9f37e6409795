import Glibc

extension Shard {
    /// Opens the sockets of all players. Throws with what to do where the system gives too few.
    static func open(
        plan: RunPlan,
        assignments: [Assignment],
        runNumber: UInt32,
        control: RunControl,
        status: ShardStatus,
        watchedProcess: Int32?,
        turnInterval: UInt64
    ) throws(BenchError) -> Shard {
        let queue: EventQueue
        do {
            queue = try EventQueue()
        } catch {
            throw BenchError("Cannot watch sockets: \(error).")
        }
        var shard = Shard(
            plan: plan,
            assignments: assignments,
            runNumber: runNumber,
            control: control,
            status: status,
            watchedProcess: watchedProcess,
            turnInterval: turnInterval,
            queue: queue
        )
        try shard.openSockets(assignments)
        return shard
    }

    private mutating func openSockets(_ assignments: [Assignment]) throws(BenchError) {
        for index in endpoints.indices {
            let user = index % players
            let assignment = assignments[index / players]
            let address = assignment.address(ofUser: user)
            // One local address has 28,000 ports by default; every 20,000 players talk from another one.
            let number = assignment.index * players + user
            let local = address.isIPv4Loopback ? IPv4Endpoint.loopback(1 + UInt32(number / 20_000)) : nil
            do throws(SystemCallError) {
                let socket =
                    user == 0 && Wire.hostSocket != .connected
                    ? try openHost(assignment, local: local)
                    : try UDPSocket.open(
                        connectedTo: address,
                        from: local,
                        bufferBytes: user == 0 ? Shard.hostBuffer : Shard.clientBuffer,
                        stamps: isPaced
                    )
                endpoints[index].socket = socket
                try queue.watch(socket, tag: UInt32(index))
                guard user == 0, !Wire.hasKeepAlives else { continue }
                // Nobody has to accept this host.
                hosts[index / players] = try UDPSocket.localEndpoint(of: socket)
                endpoints[index].hasJoined = true
                joinedHosts += 1
            } catch {
                throw Shard.explain(error, address: address, host: assignment, opened: index)
            }
        }
    }

    // Limits, not reservations. Large, because what a full queue drops is a datagram that the forwarder did deliver.
    private static var hostBuffer: Int32 { 4 << 20 }
    private static var clientBuffer: Int32 { 1 << 20 }

    private func openHost(_ assignment: Assignment, local: IPv4Endpoint?) throws(SystemCallError) -> Int32 {
        let endpoint =
            Wire.hostSocket == .sessionPort
            ? IPv4Endpoint.loopback(port: Wire.port(of: .host, in: assignment.session)) : local ?? .loopback()
        return try UDPSocket.open(boundTo: endpoint, bufferBytes: Shard.hostBuffer, stamps: isPaced)
    }

    private static func explain(
        _ error: SystemCallError,
        address: UDPAddress,
        host: Assignment,
        opened: Int
    ) -> BenchError {
        switch error.code {
        case EMFILE, ENFILE:
            return BenchError(
                "No more sockets after \(opened) players (\(error)). Raise ulimit -n, or use fewer players."
            )
        case EADDRINUSE where Wire.hostSocket == .sessionPort:
            return BenchError(
                """
                The host of session \(host.index) cannot wait on 127.0.0.1:\(Wire.port(of: .host, in: host.session)) \
                (\(error)): something else has the port. Give --forwarder another second port.
                """
            )
        case EAGAIN, EADDRINUSE, EADDRNOTAVAIL:
            return BenchError(
                """
                No free local UDP port for a socket to \(address) after \(opened) players (\(error)). \
                Widen net.ipv4.ip_local_port_range or use fewer players.
                """
            )
        case ENETUNREACH, EHOSTUNREACH:
            return BenchError("This machine has no route to \(address) (\(error)). Try another --family.")
        default:
            return BenchError("Cannot open a socket to \(address) (\(error)).")
        }
    }

    /// The flows of this shard's sessions, in the order in which they fire.
    static func makeFlows(
        plan: RunPlan,
        schedule: Schedule,
        assignments: [Assignment]
    ) -> UnsafeMutableBufferPointer<Flow> {
        let kinds: [PayloadHeader.Kind] =
            switch plan.direction {
            case .both: [.up, .down]
            case .up: [.up]
            case .down: [.down]
            }
        var list: [Flow] = []
        list.reserveCapacity(assignments.count * plan.clients * kinds.count)
        for (session, assignment) in assignments.enumerated() {
            let host = session * (plan.clients + 1)
            for (side, kind) in kinds.enumerated() {
                for client in 0..<plan.clients {
                    let slot = schedule.slot(ofSession: assignment.index, lane: client * kinds.count + side)
                    list.append(
                        Flow(
                            slot: Int32(slot),
                            sender: Int32(kind == .up ? host + 1 + client : host),
                            session: Int32(session),
                            client: Int32(client),
                            kind: kind
                        )
                    )
                }
            }
        }
        // Flows that share a slot stay as they are: all of one direction, then all of the other.
        let order = list.indices.sorted { (list[$0].slot, $0) < (list[$1].slot, $1) }
        let flows = UnsafeMutableBufferPointer<Flow>.allocate(capacity: list.count)
        _ = flows.initialize(from: order.map { list[$0] })
        return flows
    }
}
