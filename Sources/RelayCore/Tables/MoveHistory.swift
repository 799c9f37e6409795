/// Which addresses were replaced lately, of one user or of one session's host: 128 bytes in a pool, taken only by who moves
/// across addresses or rejoins.
///
/// Two lists of a fixed size. **Former places** are addresses (an IPv4 address or an IPv6 /64) that another address replaced
/// within a minute, oldest first: each may take its place back, and those above it go with it. **Retired endpoints** are those
/// that a rejoin from their own address replaced: they are ignored for a while.
struct MoveHistory {
    /// An address that was replaced. 24 bytes.
    struct Place {
        var key: UInt64
        var replacedAt: Stamp
        /// When it was first heard since; counts where `heard` is not 0.
        var firstHeard: Stamp
        /// The connection id that the user had there; 0 for a host.
        var connectionID: Int32
        var heard: UInt32
    }

    static let byteCount = 128
    static let placeCapacity = 3
    static let retiredCapacity = 4

    private let memory: UnsafeMutableRawPointer

    init(memory: UnsafeMutableRawPointer) {
        self.memory = memory
    }

    /// User slot + 1, or session slot + 1 and `MoveHistoryPool.isHost`; 0 while nobody has it.
    var owner: UInt32 {
        get { memory.load(as: UInt32.self) }
        nonmutating set { memory.storeBytes(of: newValue, as: UInt32.self) }
    }

    private var storedCount: UInt32 {
        get { memory.load(fromByteOffset: 4, as: UInt32.self) }
        nonmutating set { memory.storeBytes(of: newValue, toByteOffset: 4, as: UInt32.self) }
    }

    private var count: Int { min(Int(storedCount), Self.placeCapacity) }

    private var places: UnsafeMutablePointer<Place> {
        (memory + 8).assumingMemoryBound(to: Place.self)
    }

    private var retiredKeys: UnsafeMutablePointer<UInt64> {
        (memory + 80).assumingMemoryBound(to: UInt64.self)
    }

    private var retiredAt: UnsafeMutablePointer<Stamp> {
        (memory + 112).assumingMemoryBound(to: Stamp.self)
    }

    // MARK: Former places

    /// The place of an address that may take its place back, or -1.
    func find(_ key: UInt64, _ now: Stamp) -> Int {
        for place in 0..<count
        where places[place].key == key && now.age(since: places[place].replacedAt) < Rule.takingBackWindow {
            return place
        }
        return -1
    }

    /// The connection id that the user had at a former place.
    func connectionID(at place: Int) -> Int32 { places[place].connectionID }

    /// Counts a datagram of a former place; true when it has shown enough to get its place back.
    func counts(at place: Int, _ now: Stamp) -> Bool {
        if places[place].heard == 0 { places[place].firstHeard = now }
        if places[place].heard < .max { places[place].heard += 1 }
        return places[place].heard >= Rule.takingBackDatagrams
            && now.age(since: places[place].firstHeard) >= Rule.takingBackTime
    }

    /// Forgets a former place and every one that was replaced after it.
    func truncate(to place: Int) {
        storedCount = UInt32(min(place, count))
    }

    /// Remembers an address that another one has just replaced. Of more than fit, the oldest stays and the next goes: who took
    /// the place over cannot push its owner out by moving on.
    func push(_ key: UInt64, connectionID: Int32, _ now: Stamp) {
        dropExpiredPlaces(now)
        var kept = count
        if kept == Self.placeCapacity {
            for place in 1..<kept - 1 { places[place] = places[place + 1] }
            kept -= 1
        }
        places[kept] = Place(key: key, replacedAt: now, firstHeard: .zero, connectionID: connectionID, heard: 0)
        storedCount = UInt32(kept + 1)
    }

    private func dropExpiredPlaces(_ now: Stamp) {
        var kept = 0
        for place in 0..<count where now.age(since: places[place].replacedAt) < Rule.takingBackWindow {
            places[kept] = places[place]
            kept += 1
        }
        storedCount = UInt32(kept)
    }

    // MARK: Retired endpoints

    /// Whether a rejoin has just replaced an endpoint.
    func isRetired(_ key: UInt64, _ now: Stamp) -> Bool {
        for slot in 0..<Self.retiredCapacity
        where retiredKeys[slot] == key && now.age(since: retiredAt[slot]) < Rule.retiredEndpointLifetime {
            return true
        }
        return false
    }

    /// Ignores an endpoint from now on. Of more than fit the oldest is forgotten.
    func retire(_ key: UInt64, _ now: Stamp) {
        unretire(key)
        var oldest = 0
        for slot in 0..<Self.retiredCapacity {
            if retiredKeys[slot] == 0 {
                oldest = slot
                break
            }
            if now.age(since: retiredAt[slot]) > now.age(since: retiredAt[oldest]) { oldest = slot }
        }
        retiredKeys[oldest] = key
        retiredAt[oldest] = now
    }

    /// An endpoint that is bound again is not ignored any more.
    func unretire(_ key: UInt64) {
        for slot in 0..<Self.retiredCapacity where retiredKeys[slot] == key { retiredKeys[slot] = 0 }
    }

    // MARK: Keeping house

    /// Forgets what is over; true where nothing is left.
    func age(_ now: Stamp) -> Bool {
        dropExpiredPlaces(now)
        var isEmpty = storedCount == 0
        for slot in 0..<Self.retiredCapacity where retiredKeys[slot] != 0 {
            if now.age(since: retiredAt[slot]) >= Rule.retiredEndpointLifetime {
                retiredKeys[slot] = 0
            } else {
                isEmpty = false
            }
        }
        return isEmpty
    }

    /// Takes over what another process remembered; plain numbers, whatever stands there.
    func copy(_ other: UnsafeRawPointer, owner: UInt32) {
        memory.copyMemory(from: other, byteCount: Self.byteCount)
        self.owner = owner
    }

    func clear() {
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
    }
}

/// A fixed number of histories. Where all are taken, somebody else's is: then that one's former addresses have to wait for
/// silence like any other.
struct MoveHistoryPool {
    static let capacity = 4_096
    static let byteCount = capacity * MoveHistory.byteCount
    /// Set in an owner that is a session's host.
    static let isHost: UInt32 = 0x8000_0000
    /// Places looked at for a free one.
    private static let tries = 8

    private let memory: UnsafeMutableRawPointer
    private var cursor = 0

    init(memory: UnsafeMutableRawPointer) {
        self.memory = memory
    }

    subscript(slot: Int) -> MoveHistory {
        MoveHistory(memory: memory + slot * MoveHistory.byteCount)
    }

    /// A slot for an owner, cleared.
    /// - Returns: the slot, and who has it no more (0 where it was free).
    mutating func take(owner: UInt32) -> (slot: Int, evicted: UInt32) {
        var slot = cursor
        for _ in 0..<Self.tries {
            slot = cursor
            cursor = (cursor + 1) % Self.capacity
            if self[slot].owner == 0 { break }
        }
        let evicted = self[slot].owner
        self[slot].clear()
        self[slot].owner = owner
        return (slot, evicted)
    }

    /// A history that another process wrote, where it says that it is this owner's.
    static func read(_ memory: UnsafeRawPointer, link: UInt32, owner: UInt32) -> UnsafeRawPointer? {
        guard link > 0, link <= UInt32(capacity) else { return nil }
        let history = memory + Int(link - 1) * MoveHistory.byteCount
        return history.load(as: UInt32.self) == owner ? history : nil
    }
}
