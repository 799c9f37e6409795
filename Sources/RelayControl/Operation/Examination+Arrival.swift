internal import RelayCore
internal import RelayNet

// Who may still be on the way, and how to find out whether the way is open.
extension Examination {
    /// Seconds within which nobody need have come: people load the game, and transports wait half a second.
    static let grace = 10.0

    /// Whether the session, or the daemon, has only just begun: that nobody was heard yet is no fault.
    var isNew: Bool { symptoms.now - session.createdAt < Self.grace || symptoms.uptime < Self.grace }

    /// Whether a user has only just been added.
    func isNew(_ user: SessionUser) -> Bool {
        isNew || symptoms.inspected.arrivals[user.number].map { symptoms.now - $0 < Self.grace } ?? false
    }

    /// The command that tells, on a player's machine, whether a port of this very session can be reached.
    func probe(_ port: UInt16) -> String {
        let host = symptoms.identity.host(forSessionID: session.id)
        return "'causeway-bench probe --relay \(IPAddress(host)?.bracketed ?? host):\(port)'"
    }
}
