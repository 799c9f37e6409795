package import RelayCore

/// A random course of events for engine and twin. Every event stands for itself, so that any of them can be left out.
package struct Program: Sendable {
    /// What it was made from: the same seed makes the same program.
    package var seed: UInt64
    /// The rules' limits, small ones.
    package var settings: EngineSettings
    /// The budgets, small ones.
    package var guesses: GuessLedger.Settings
    /// In the order of time.
    package var events: [Event]

    package init(seed: UInt64, settings: EngineSettings, guesses: GuessLedger.Settings, events: [Event]) {
        self.seed = seed
        self.settings = settings
        self.guesses = guesses
        self.events = events
    }

    /// Something that happens at a moment.
    package struct Event: Sendable {
        /// Milliseconds of the monotonic clock.
        package var at: UInt64
        /// What happens.
        package var action: Action

        package init(at: UInt64, action: Action) {
            self.at = at
            self.action = action
        }
    }

    /// A datagram, a command of the control plane, or the worker's own doing.
    package enum Action: Sendable {
        case datagram([UInt8], from: PeerEndpoint, to: LocalAddress, PortRole, pair: UInt32, misalignment: Int)
        case addSession(SessionPlan)
        case addUser(UserPlan, session: UInt32)
        case removeUser(UInt32, session: UInt32)
        case removeSession(UInt32)
        case ownAddresses([PeerAddress])
        case sweep(slots: Int)
        /// The process ends, and another one takes over.
        case restart
        /// The process ends, and leaves nothing but the database.
        case coldRestart
    }
}

extension Program.Event: CustomStringConvertible {
    package var description: String {
        switch action {
        case .datagram(let bytes, let source, _, let role, let pair, _):
            let tokens =
                bytes.count < 9 ? "\(bytes)" : "user \(word(bytes, 0)) session \(word(bytes, 4)) type \(bytes[8])"
            return "\(at) \(role) port of pair \(pair) from \(source.address.bytes):\(source.port): \(tokens), "
                + "\(bytes.count) bytes, \(bytes.dropFirst(9).prefix(13))"
        case .addSession(let plan): return "\(at) add \(plan)"
        case .addUser(let plan, let session): return "\(at) add \(plan) to session \(session)"
        case .removeUser(let token, let session): return "\(at) remove user \(token) of session \(session)"
        case .removeSession(let token): return "\(at) remove session \(token)"
        case .ownAddresses(let addresses): return "\(at) own addresses \(addresses.map(\.bytes))"
        case .sweep(let slots): return "\(at) sweep \(slots) slots"
        case .restart: return "\(at) restart"
        case .coldRestart: return "\(at) cold restart"
        }
    }

    private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
}
