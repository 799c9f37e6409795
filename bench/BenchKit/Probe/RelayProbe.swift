import Glibc

/// Asks from a player's network whether a relay's UDP port answers.
///
/// It sends PINGs with tokens that nobody has; a relay answers them with Invalid, at most once a second per source. All
/// of them carry the same tokens, since a relay counts every new pair as a guess.
package struct RelayProbe: Sendable {
    private let attempts: Int
    private let interval: Duration

    /// Sends up to `attempts` PINGs, one every `interval`, to each address.
    package init(attempts: Int = 5, interval: Duration = .milliseconds(1100)) {
        self.attempts = attempts
        self.interval = interval
    }

    /// What one address had to say.
    package enum Finding: Sendable, Equatable {
        /// The relay's answer to strangers came back after this time.
        case answered(roundTrip: Duration)
        /// Something else came back: no relay, or one of another kind. `length` in bytes.
        case strange(length: Int)
        /// ICMP port unreachable: the machine is there, nothing listens on the port.
        case refused
        case silent
        /// The system would not even send: its reason.
        case unsendable(String)
    }

    /// Tries one address; returns after the first answer or the last attempt.
    package func probe(_ address: UDPAddress) -> Finding {
        let socket: Int32
        do {
            socket = try UDPSocket.open(connectedTo: address, bufferBytes: 64 << 10)
        } catch {
            return .unsendable(error.description)
        }
        defer { close(socket) }
        let credentials = RelayProtocol.Credentials(
            user: .random(in: 1...0x7FFF_FFFF),
            session: .random(in: 1...0x7FFF_FFFF)
        )
        var ping = [UInt8](repeating: 0, count: RelayProtocol.longestHeader)
        let length = ping.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { RelayProtocol.writeKeepAlive(credentials: credentials, into: $0) } ?? 0
        }
        for _ in 0..<attempts {
            let sent = MonotonicClock.now()
            if Glibc.send(socket, ping, length, 0) < 0 {
                if errno == ECONNREFUSED { return .refused }
                return .unsendable(SystemCallError.last("send").description)
            }
            if let finding = answer(socket, since: sent) { return finding }
        }
        return .silent
    }

    /// What comes back within one interval; `nil` for nothing.
    private func answer(_ socket: Int32, since sent: UInt64) -> Finding? {
        let deadline = sent + interval.inNanoseconds
        var bytes = [UInt8](repeating: 0, count: 2048)
        while true {
            let now = MonotonicClock.now()
            guard now < deadline else { return nil }
            var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, Int32((deadline - now) / 1_000_000) + 1) > 0 else { continue }
            let count = recv(socket, &bytes, bytes.count, 0)
            if count >= 0 {
                let isAnswer = count == 2 && bytes[0] == 1 && bytes[1] == RelayProtocol.invalidState
                return isAnswer
                    ? .answered(roundTrip: .nanoseconds(Int64(MonotonicClock.now() - sent))) : .strange(length: count)
            }
            switch errno {
            case ECONNREFUSED: return .refused
            case EAGAIN, EINTR: continue
            default: return .unsendable(SystemCallError.last("recv").description)
            }
        }
    }
}

extension RelayProbe.Finding {
    /// Whether a player on this network can talk to the relay.
    package var isReachable: Bool {
        if case .answered = self { return true }
        return false
    }

    /// The finding in a sentence or two, with what to do.
    package var text: String {
        switch self {
        case .answered(let roundTrip):
            return "reachable: the relay answered in \(RunReport.decimal(roundTrip.inSeconds * 1000, places: 2)) ms."
        case .strange(let length):
            return """
                something answered with \(length) bytes that are no relay's answer to a stranger. \
                Check the port: relay.ports.shared names the server and the client port.
                """
        case .refused:
            return """
                nothing listens on that port (the machine sent ICMP port unreachable). \
                Check the port number, and that causewayd runs with relay.bind covering this address.
                """
        case .silent:
            return """
                no answer. A firewall or router on the way drops UDP to this port, or the address is wrong, or the relay \
                is configured not to answer strangers. Open the UDP port in the relay's firewall and security group, \
                then try from another network: if that works, it is this network that blocks it.
                """
        case .unsendable(let reason):
            return "this machine cannot send there (\(reason)). Check its own network, routes and firewall."
        }
    }
}
