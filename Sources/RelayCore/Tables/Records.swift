/// A user's 192 cold bytes: what was dropped, how its link is, and what it did as a host.
struct UserRecord {
    /// The reasons that are counted by user: from `revoked` to `overRelayLimit`, and `badSource`, which has the last cell.
    private static var firstReason: Int { DropReason.revoked.rawValue }
    private static var badSourceCell: Int { DropReason.overRelayLimit.rawValue - firstReason + 1 }

    private static func cell(of reason: DropReason) -> Int? {
        if case .badSource = reason { return badSourceCell }
        let cell = reason.rawValue - firstReason
        return 0 <= cell && cell < badSourceCell ? cell : nil
    }

    var link: LinkRecord
    /// When it last lost a datagram, and why: the reason's number + 1.
    private var lastDropAt: Stamp
    private var lastDrop: UInt32
    /// What it had sent and was sent when it hosted before.
    var hostedDatagramsFrom: UInt64
    var hostedBytesFrom: UInt64
    var hostedDatagramsTo: UInt64
    var hostedBytesTo: UInt64
    var hostedSeconds: UInt32
    var hostedPeak: Rate
    /// A cell for each of these reasons.
    private var drops:
        (
            UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32,
            UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32,
            UInt32, UInt32
        )
    private var reserved: UInt32

    static var blank: UserRecord {
        UserRecord(
            link: .blank,
            lastDropAt: .zero,
            lastDrop: 0,
            hostedDatagramsFrom: 0,
            hostedBytesFrom: 0,
            hostedDatagramsTo: 0,
            hostedBytesTo: 0,
            hostedSeconds: 0,
            hostedPeak: Rate(),
            drops: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            reserved: 0
        )
    }

    mutating func countDrop(_ reason: DropReason, _ now: Stamp) {
        guard let cell = Self.cell(of: reason) else { return }
        withUnsafeMutableBytes(of: &drops) { bytes in
            let place = cell * MemoryLayout<UInt32>.stride
            guard place + MemoryLayout<UInt32>.size <= bytes.count else { return }
            let count = bytes.load(fromByteOffset: place, as: UInt32.self)
            if count < .max { bytes.storeBytes(of: count + 1, toByteOffset: place, as: UInt32.self) }
        }
        // What has waited is told with the time at which it came, and others may have been dropped since.
        guard lastDrop == 0 || now == lastDropAt || now.age(since: lastDropAt) > 0 else { return }
        lastDropAt = now
        lastDrop = UInt32(reason.rawValue + 1)
    }

    /// Only what is not 0.
    var dropCounts: [DropReason: UInt64] {
        var counts: [DropReason: UInt64] = [:]
        withUnsafeBytes(of: drops) { bytes in
            for reason in DropReason.allCases {
                guard let cell = Self.cell(of: reason) else { continue }
                let count = bytes.load(fromByteOffset: cell * MemoryLayout<UInt32>.stride, as: UInt32.self)
                if count > 0 { counts[reason] = UInt64(count) }
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

    /// Keeps stamps young enough to tell their age.
    mutating func age(_ now: Stamp) {
        link.age(now)
        lastDropAt = lastDropAt.clamped(to: now)
    }

    /// Makes what another process wrote safe to count on with.
    mutating func resume(_ now: Stamp) {
        link.resume(now)
        lastDropAt = lastDropAt.clamped(to: now)
        let hosted = [hostedDatagramsFrom, hostedBytesFrom, hostedDatagramsTo, hostedBytesTo]
        if hosted.contains(where: { $0 > CounterPage.absurd }) { self = .blank }
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
