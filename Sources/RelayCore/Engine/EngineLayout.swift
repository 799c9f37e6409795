/// Where the tables of one worker stand in its memory region. Everything is at a fixed offset and refers by slot number, so
/// the region may be mapped anywhere; zeroed memory is the empty state, and pages nobody used cost nothing.
public struct EngineLayout: Sendable, Equatable {
    /// Most users, departed ones included.
    public let userCapacity: Int
    public let sessionCapacity: Int
    let book: Int
    let counterPage: Int
    let users: Int
    let userRoaming: Int
    let sessions: Int
    let sessionBooks: Int
    let sessionRoaming: Int
    let meters: Int
    let userRecords: Int
    let sessionMeters: Int
    let sessionRecords: Int
    let held: Int
    let histories: Int
    let credentialsIndex: Int
    let connectionIndex: Int
    let endpointIndex: Int
    let sessionIndex: Int
    /// The region's size in bytes.
    public let byteCount: Int

    /// - Parameters: capacities from 1 to 2²⁴ − 2; larger ones are cut to that.
    public init(userCapacity: Int, sessionCapacity: Int) {
        self.userCapacity = min(max(userCapacity, 1), SlotIndex.maximumSlots)
        self.sessionCapacity = min(max(sessionCapacity, 1), SlotIndex.maximumSlots)
        var offset = 0
        func place(_ bytes: Int) -> Int {
            defer { offset += (bytes + 63) & ~63 }
            return offset
        }
        book = place(MemoryLayout<EngineBook>.stride)
        counterPage = place(CounterPage.byteCount)
        users = place(self.userCapacity * MemoryLayout<UserLine>.stride)
        userRoaming = place(self.userCapacity * MemoryLayout<Roaming>.stride)
        sessions = place(self.sessionCapacity * MemoryLayout<SessionLine>.stride)
        sessionBooks = place(self.sessionCapacity * MemoryLayout<SessionBook>.stride)
        sessionRoaming = place(self.sessionCapacity * MemoryLayout<Roaming>.stride)
        meters = place(self.userCapacity * MemoryLayout<UserMeter>.stride)
        userRecords = place(self.userCapacity * MemoryLayout<UserRecord>.stride)
        sessionMeters = place(self.sessionCapacity * MemoryLayout<SessionMeter>.stride)
        sessionRecords = place(self.sessionCapacity * MemoryLayout<SessionRecord>.stride)
        held = place(HeldPool.byteCount)
        histories = place(MoveHistoryPool.byteCount)
        credentialsIndex = place(GrowingIndex.byteCount(for: self.userCapacity))
        connectionIndex = place(GrowingIndex.byteCount(for: self.userCapacity))
        endpointIndex = place(GrowingIndex.byteCount(for: self.userCapacity))
        sessionIndex = place(GrowingIndex.byteCount(for: self.sessionCapacity))
        byteCount = offset
    }

    /// This worker's counters, in the region so that a successor finds them.
    /// - Parameter memory: the region, zeroed.
    public func makeCounters(in memory: UnsafeMutableRawPointer) -> CounterPage {
        CounterPage(memory: memory + counterPage)
    }

    /// Changes with every change of what stands in the region: a process reads another one's tables only where it is equal.
    /// The first part is counted up by hand, with each change of meaning; the sizes catch what that forgets.
    public static var version: UInt64 {
        let sizes = [
            MemoryLayout<EngineBook>.stride, CounterPage.byteCount, MemoryLayout<UserLine>.stride,
            MemoryLayout<Roaming>.stride, MemoryLayout<SessionLine>.stride, MemoryLayout<SessionBook>.stride,
            MemoryLayout<UserMeter>.stride, MemoryLayout<UserRecord>.stride, MemoryLayout<SessionMeter>.stride,
            MemoryLayout<SessionRecord>.stride, HeldPool.byteCount, MoveHistoryPool.byteCount,
        ]
        return sizes.reduce(3) { ($0 &* 0x100_0000_01B3) ^ UInt64($1) }
    }
}

/// How much of the tables was ever used: what a successor has to look at.
struct EngineBook {
    var userHighWater: UInt32
    var sessionHighWater: UInt32
}
