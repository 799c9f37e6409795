/// Datagrams of one player that wait to be sent as one message. All have one length.
struct Gathered: BitwiseCopyable {
    /// The player, as an index of the shard's endpoints; -1 for nobody.
    var sender = -1
    var count = 0
    var bytes = 0

    /// The kernel takes 64 and more, in at most 65,507 bytes.
    static let most = 32

    @inline(__always)
    mutating func add(_ length: Int) {
        count &+= 1
        bytes &+= length
    }
}

extension Shard {
    /// Sends what waits if it is another player's, or if one more does not fit.
    @inline(__always)
    mutating func makeRoom(for sender: Int) {
        if gathered.sender != sender || gathered.count == Gathered.most { sendGathered() }
        gathered.sender = sender
    }

    /// Sends what waits.
    mutating func sendGathered() {
        defer { gathered = Gathered() }
        guard gathered.count > 0, let base = outgoing.baseAddress else { return }
        if !transmit(gathered.sender, base, gathered.bytes, to: 0) { tally.unsent &+= UInt64(gathered.count - 1) }
    }

    /// Lets the kernel cut what every player sends into datagrams of one measured payload each.
    mutating func prepareGathering() {
        guard plan.together, let base = outgoing.baseAddress else { return }
        for endpoint in endpoints {
            let header = Wire.writeHeader(
                role: endpoint.role,
                credentials: endpoint.credentials,
                peer: 1,
                size: plan.size,
                into: base
            )
            if !UDPSocket.setSegment(header + plan.size, of: endpoint.socket) { tally.unsent &+= 1 }
        }
    }
}
