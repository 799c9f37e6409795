/// A forwarder that is asked for nothing before the run: its address and its ports, as `--forwarder` names them.
package struct Forwarder: Sendable, Equatable {
    package let host: String
    /// What they mean depends on the wire; see ``ports(of:)``.
    package let ports: [UInt16]

    /// Reads `HOST:PORT` or `HOST:PORT,PORT` for a plan's wire; throws with the form it must have.
    package init(text: String, plan: RunPlan) throws(BenchError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let others = parts.dropFirst().compactMap { UInt16($0) }.filter { $0 > 0 }
        guard let first = RelayEndpointText(String(parts[0])), others.count == parts.count - 1,
            others.count + 1 == Forwarder.portCount(plan.wire)
        else {
            throw BenchError(
                "--forwarder \(text) does not fit --wire \(plan.wire.rawValue), which takes \(Forwarder.form(plan.wire))."
            )
        }
        host = first.host
        ports = [first.port] + others
        guard plan.wire == .plain else { return }
        let last = Int(ports.max() ?? 0) + plan.sessions - 1
        guard last <= 65_535 else {
            throw BenchError(
                "--forwarder \(text) needs ports up to \(last) for \(plan.sessions) sessions; the last port is 65535."
            )
        }
        guard abs(Int(ports[0]) - Int(ports[1])) >= plan.sessions else {
            throw BenchError(
                "--forwarder \(text): the ports of \(plan.sessions) sessions overlap; move the two further apart."
            )
        }
    }

    /// The forwarder of a command line, or `nil` where a relay's API is to be asked; throws where one is missing.
    package static func named(_ text: String?, plan: RunPlan) throws(BenchError) -> Forwarder? {
        guard let text else {
            guard plan.wire == .relay else {
                throw BenchError(
                    "--wire \(plan.wire.rawValue) needs --forwarder with \(form(plan.wire)): there is no API to ask."
                )
            }
            return nil
        }
        return try Forwarder(text: text, plan: plan)
    }

    /// Where a session's host and clients meet it: the ports that the session goes by.
    func ports(ofSession session: Int, wire: RunPlan.Wire) -> (server: UInt16, client: UInt16) {
        switch wire {
        case .relay: (ports[0], ports[1])
        case .turn: (ports[0], ports[0])
        case .plain: (ports[1] + UInt16(session), ports[0] + UInt16(session))
        }
    }

    private static func portCount(_ wire: RunPlan.Wire) -> Int { wire == .turn ? 1 : 2 }

    private static func form(_ wire: RunPlan.Wire) -> String {
        switch wire {
        case .relay: "HOST:SERVER_PORT,CLIENT_PORT"
        case .turn: "HOST:PORT, the TURN server's UDP port"
        case .plain: "HOST:FIRST_CLIENT_PORT,FIRST_HOST_PORT"
        }
    }
}
