/// A user's 192 cold bytes: what was dropped, how its link is, and what it did as a host.
struct UserRecord {
    /// The reasons that are counted by user: from `revoked` to `overRelayLimit`.
    static let firstReason = DropReason.revoked.rawValue
    static let reasonCount = DropReason.overRelayLimit.rawValue - firstReason + 1

    var link: LinkRecord
    /// When it last lost a datagram, and why: the reason's number + 1.
    private var lastDropAt: Stamp
    private var lastDrop: UInt32
    private var reserved: (UInt32, UInt32)
    /// What it had sent and was sent when it hosted before.
    var hostedDatagramsFrom: UInt64
    var hostedBytesFrom: UInt64
    var hostedDatagramsTo: UInt64
    var hostedBytesTo: UInt64
    var hostedSeconds: UInt32
    var hostedPeak: Rate
    /// `reasonCount` counters.
    private var drops:
        (
            UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32,
            UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32,
            UInt32
        )

    static var blank: UserRecord {
        UserRecord(
            link: .blank,
            lastDropAt: .zero,
            lastDrop: 0,
            reserved: (0, 0),
            hostedDatagramsFrom: 0,
            hostedBytesFrom: 0,
            hostedDatagramsTo: 0,
            hostedBytesTo: 0,
            hostedSeconds: 0,
            hostedPeak: Rate(),
            drops: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        )
    }

    mutating func countDrop(_ reason: DropReason, _ now: Stamp) {
        let index = reason.rawValue - Self.firstReason
        guard index >= 0, index < Self.reasonCount else { return }
        withUnsafeMutableBytes(of: &drops) { bytes in
            let place = index * MemoryLayout<UInt32>.stride
            let count = bytes.load(fromByteOffset: place, as: UInt32.self)
            if count < .max { bytes.storeBytes(of: count + 1, toByteOffset: place, as: UInt32.self) }
        }
        lastDropAt = now
        lastDrop = UInt32(reason.rawValue + 1)
    }

    /// Only what is not 0.
    var dropCounts: [DropReason: UInt64] {
        var counts: [DropReason: UInt64] = [:]
        withUnsafeBytes(of: drops) { bytes in
            for index in 0..<Self.reasonCount {
                let count = bytes.load(fromByteOffset: index * MemoryLayout<UInt32>.stride, as: UInt32.self)
                guard count > 0, let reason = DropReason(rawValue: Self.firstReason + index) else { continue }
                counts[reason] = UInt64(count)
            }
        }
        return counts
    }

    func lastDrop(_ now: Stamp) -> (reason: DropReason, age: UInt32)? {
        guard lastDrop > 0, let reason = DropReason(rawValue: Int(lastDrop) - 1) else { return nil }
        return (reason, now.age(since: lastDropAt))
    }

    /// Takes what a host has done into the account of the user it was.
    mutating func credit(_ host: Usage) {
        hostedDatagramsFrom &+= host.datagramsFrom
        hostedBytesFrom &+= host.bytesFrom
        hostedDatagramsTo &+= host.datagramsTo
        hostedBytesTo &+= host.bytesTo
        hostedSeconds &+= host.activeSeconds
        hostedPeak.raise(to: host.peak)
    }

    var hosted: Usage {
        Usage(
            datagramsFrom: hostedDatagramsFrom,
            bytesFrom: hostedBytesFrom,
            datagramsTo: hostedDatagramsTo,
            bytesTo: hostedBytesTo,
            activeSeconds: hostedSeconds,
            peak: hostedPeak
        )
    }

    /// Makes what another process wrote safe to count on with, and keeps stamps young enough to tell their age.
    mutating func validate(_ now: Stamp) {
        link.validate(now)
        lastDropAt = lastDropAt.clamped(to: now)
    }
}

/// A session's 128 cold bytes.
struct SessionRecord {
    /// How well the host's datagrams arrive, since it hosts.
    var link: LinkRecord
    var peak: Rate
    /// The host's last whole second and its busiest one, since it hosts.
    var hostLast: Rate
    var hostPeak: Rate
    /// Dropped with the session's token and no user's, or a revoked user's.
    var unknownUsers: UInt64
    var revokedUsers: UInt64
    private var reserved: (UInt64, UInt64, UInt64, UInt64, UInt32)

    static var blank: SessionRecord {
        SessionRecord(
            link: .blank,
            peak: Rate(),
            hostLast: Rate(),
            hostPeak: Rate(),
            unknownUsers: 0,
            revokedUsers: 0,
            reserved: (0, 0, 0, 0, 0)
        )
    }
}
