import RelayWire

/// A user's 64 hot bytes: one cache line tells whether a datagram is valid, whose it is, and where to send the next one.
struct UserLine {
    /// 0 in a free slot.
    var credentials: UInt64
    /// Session slot in the low 24 bits, flags above.
    private var sessionAndFlags: UInt32
    /// The id under which the host knows the user now.
    var connectionID: Int32
    var endpoint: BoundEndpoint

    @inline(__always)
    var session: Int {
        get { Int(sessionAndFlags & 0x00FF_FFFF) }
        set { sessionAndFlags = sessionAndFlags & 0xFF00_0000 | UInt32(truncatingIfNeeded: newValue) }
    }

    /// The tokens are no longer valid; kept so that using them is known from guessing.
    var isDeparted: Bool {
        get { sessionAndFlags & 0x0100_0000 != 0 }
        set { setFlag(0x0100_0000, newValue) }
    }

    /// Only one address may use the tokens: `Roaming.named` says which.
    var isPinned: Bool {
        get { sessionAndFlags & 0x0200_0000 != 0 }
        set { setFlag(0x0200_0000, newValue) }
    }

    /// `Roaming` holds stamps that the sweep has to let go of.
    var isRoaming: Bool {
        get { sessionAndFlags & 0x0400_0000 != 0 }
        set { setFlag(0x0400_0000, newValue) }
    }

    /// DATA of a game connection that the host has answered was forwarded under the present id: no other connection may have it.
    @inline(__always)
    var isUsedUp: Bool {
        get { sessionAndFlags & 0x0800_0000 != 0 }
        set { setFlag(0x0800_0000, newValue) }
    }

    var isFree: Bool { credentials == 0 }

    static var blank: UserLine {
        UserLine(credentials: 0, sessionAndFlags: 0, connectionID: 0, endpoint: .blank)
    }

    private mutating func setFlag(_ flag: UInt32, _ isOn: Bool) {
        sessionAndFlags = isOn ? sessionAndFlags | flag : sessionAndFlags & ~flag
    }
}
