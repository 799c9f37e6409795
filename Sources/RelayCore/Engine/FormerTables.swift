/// One worker's tables as a process that is gone left them. Whatever that process was doing when it died, reading them is
/// safe: everything is looked at with suspicion, and nothing is followed that was not checked.
public struct FormerTables: @unchecked Sendable {
    // Sendable holds because the memory is only read, and nobody writes it any more.
    let layout: EngineLayout
    let counters: UnsafeRawPointer
    let users: UnsafePointer<UserLine>
    let userRoaming: UnsafePointer<Roaming>
    let sessions: UnsafePointer<SessionLine>
    let sessionBooks: UnsafePointer<SessionBook>
    let sessionRoaming: UnsafePointer<Roaming>
    let meters: UnsafePointer<UserMeter>
    let userRecords: UnsafePointer<UserRecord>
    let sessionMeters: UnsafePointer<SessionMeter>
    let sessionRecords: UnsafePointer<SessionRecord>
    let histories: UnsafeRawPointer
    private let held: UnsafeRawPointer
    let heldBytes: UnsafeMutableRawPointer
    /// Slots that were ever taken.
    let userCount: Int
    let sessionCount: Int

    /// - Parameters:
    ///   - memory: `layout.byteCount` bytes that were an engine's region, of the same `EngineLayout.version`; must outlive
    ///     this value.
    ///   - layout: that engine's.
    public init(memory: UnsafeMutableRawPointer, layout: EngineLayout) {
        self.layout = layout
        counters = UnsafeRawPointer(memory + layout.counterPage)
        users = UnsafePointer((memory + layout.users).assumingMemoryBound(to: UserLine.self))
        userRoaming = UnsafePointer((memory + layout.userRoaming).assumingMemoryBound(to: Roaming.self))
        sessions = UnsafePointer((memory + layout.sessions).assumingMemoryBound(to: SessionLine.self))
        sessionBooks = UnsafePointer((memory + layout.sessionBooks).assumingMemoryBound(to: SessionBook.self))
        sessionRoaming = UnsafePointer((memory + layout.sessionRoaming).assumingMemoryBound(to: Roaming.self))
        meters = UnsafePointer((memory + layout.meters).assumingMemoryBound(to: UserMeter.self))
        userRecords = UnsafePointer((memory + layout.userRecords).assumingMemoryBound(to: UserRecord.self))
        sessionMeters = UnsafePointer((memory + layout.sessionMeters).assumingMemoryBound(to: SessionMeter.self))
        sessionRecords = UnsafePointer((memory + layout.sessionRecords).assumingMemoryBound(to: SessionRecord.self))
        histories = UnsafeRawPointer(memory + layout.histories)
        held = UnsafeRawPointer(memory + layout.held)
        heldBytes = memory + layout.held + HeldPool.capacity * MemoryLayout<HeldPool.Slot>.stride
        let book = (memory + layout.book).load(as: EngineBook.self)
        userCount = min(Int(book.userHighWater), layout.userCapacity)
        sessionCount = min(Int(book.sessionHighWater), layout.sessionCapacity)
    }

    /// A datagram that waited; `nil` where there is none in this slot.
    func heldSlot(_ slot: Int) -> HeldPool.Slot? {
        HeldPool.read(held + slot * MemoryLayout<HeldPool.Slot>.stride)
    }

    /// Calls `body` with every session's token and the number of its pair of ports.
    public func forEachSession(_ body: (_ token: UInt32, _ pair: UInt32) -> Void) {
        for slot in 0..<sessionCount where !sessions[slot].isFree { body(sessions[slot].token, sessions[slot].pair) }
    }
}

/// What a process took over from one that is gone.
public struct Adoption: Sendable, Equatable {
    public var sessions = 0
    public var users = 0
    /// Users and hosts whose address is known.
    public var addresses = 0
    /// Datagrams that wait.
    public var held = 0
    /// Users left out because what stood there was half written, or does not fit together; the database has them.
    public var tornUsers = 0
    public var tornSessions = 0
    /// Sessions and users for which there was no room.
    public var overflow = 0

    public init() {}

    public static func += (left: inout Adoption, right: Adoption) {
        left.sessions += right.sessions
        left.users += right.users
        left.addresses += right.addresses
        left.held += right.held
        left.tornUsers += right.tornUsers
        left.tornSessions += right.tornSessions
        left.overflow += right.overflow
    }
}
