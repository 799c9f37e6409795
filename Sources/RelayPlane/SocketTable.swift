internal import LinuxIO
internal import RelayCore

/// A worker's open sockets: the epoll tag of a socket is its place in this table. Reading and updating an entry is a plain
/// memory access: it stands on the way of every batch.
struct SocketTable: ~Copyable {
    /// A socket and the pair it belongs to.
    struct Entry {
        /// −1 in a free place.
        var number: Int32
        var role: PortRole
        /// 0 for the shared pair, n + 1 for the n-th dedicated pair.
        var pair: UInt32
        /// What datagrams that came here leave through.
        var sockets: PairSockets
        /// The machine's address that the socket is bound to, and that all of `sockets` of its family leave from; unknown
        /// where the socket serves more than one.
        var local = LocalAddress()
        /// What the kernel last said about datagrams that this socket's full queue lost.
        var lostDatagrams: UInt32 = 0

        static var free: Entry { Entry(number: -1, role: .server, pair: 0, sockets: PairSockets()) }
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var capacity = 16
    private var count = 0
    private var lossCursor = 0
    private var lostByClosed: UInt64 = 0
    private var free: [Int] = []
    private var places: [UInt32: [Int]] = [:]
    private var lostBefore: UInt64 = 0
    /// What the kernel drops of what arrives, on either port; `nil` where everything passes.
    private let filters: (server: DatagramFilter, client: DatagramFilter)?

    /// - Parameter filters: whether impossible datagrams are dropped in the kernel, but for a sample.
    init(filters: Bool = false) {
        entries = .allocate(capacity: capacity)
        self.filters = filters ? (.serverPort, .clientPort) : nil
    }

    deinit {
        entries.deallocate()
    }

    /// Watches all sockets of the pair that sessions share.
    mutating func add(_ shared: SharedSockets, to epoll: borrowing Epoll) throws(SystemCallError) {
        let pair = PortPairID.shared.number
        for sockets in shared.main { try add(sockets, pair: pair, to: epoll) }
        for (address, sockets, main) in shared.local {
            let exits = sockets.completed(by: shared.main[main])
            try add(sockets, pair: pair, to: epoll, local: address, leavingThrough: exits)
        }
    }

    /// Watches all sockets of a pair.
    mutating func add(_ sockets: PairSockets, pair: UInt32, to epoll: borrowing Epoll) throws(SystemCallError) {
        try add(sockets, pair: pair, to: epoll, local: LocalAddress(), leavingThrough: sockets)
    }

    private mutating func add(
        _ sockets: PairSockets,
        pair: UInt32,
        to epoll: borrowing Epoll,
        local: LocalAddress,
        leavingThrough exits: PairSockets
    ) throws(SystemCallError) {
        // All stand in the table before the first can fail, so that `remove` closes every one.
        let added = sockets.open.map { socket in
            let place = takePlace()
            entries[place] = Entry(number: socket.number, role: socket.role, pair: pair, sockets: exits, local: local)
            filter(socket.number, socket.role)
            entries[place].lostDatagrams = UDPSocket.lostDatagrams(of: socket.number)
            lostBefore += UInt64(entries[place].lostDatagrams)
            return place
        }
        places[pair, default: []] += added
        for place in added { try epoll.add(entries[place].number, tag: UInt64(place)) }
    }

    /// A kernel that refuses costs wakes, nothing else: the engine judges everything that comes.
    private func filter(_ number: Int32, _ role: PortRole) {
        guard let filters else { return DatagramFilter.detach(from: number) }
        switch role {
        case .server: try? filters.server.attach(to: number)
        case .client: try? filters.client.attach(to: number)
        }
    }

    /// What sockets had lost when they were added. Told once.
    mutating func takeLostBefore() -> UInt64 {
        defer { lostBefore = 0 }
        return lostBefore
    }

    /// The socket behind an epoll tag; its number is −1 where it was closed meanwhile. Valid until the next command.
    @inline(__always)
    func entry(_ tag: UInt64) -> UnsafePointer<Entry> { UnsafePointer(entries + Int(truncatingIfNeeded: tag)) }

    /// Asks the kernel how many datagrams the next `atMost` sockets have lost, and returns how many that is more than before.
    mutating func newlyLost(atMost limit: Int) -> UInt64 {
        defer { lostByClosed = 0 }
        var lost = lostByClosed
        for _ in 0..<min(limit, count) {
            lossCursor = lossCursor + 1 < count ? lossCursor + 1 : 0
            guard entries[lossCursor].number >= 0 else { continue }
            lost += newlyLost(lossCursor)
        }
        return lost
    }

    private func newlyLost(_ place: Int) -> UInt64 {
        let now = UDPSocket.lostDatagrams(of: entries[place].number)
        defer { entries[place].lostDatagrams = now }
        return UInt64(now &- entries[place].lostDatagrams)
    }

    /// Whether a pair has open sockets.
    func hasSockets(pair: UInt32) -> Bool { places[pair] != nil }

    /// Closes all sockets of a pair; closing ends the watch.
    mutating func remove(pair: UInt32) {
        for place in places.removeValue(forKey: pair) ?? [] {
            lostByClosed += newlyLost(place)
            _ = Descriptor(entries[place].number)
            entries[place] = .free
            free.append(place)
        }
    }

    mutating func removeAll() {
        for pair in Array(places.keys) { remove(pair: pair) }
    }

    private mutating func takePlace() -> Int {
        if let reused = free.popLast() { return reused }
        if count == capacity {
            let larger = UnsafeMutablePointer<Entry>.allocate(capacity: 2 * capacity)
            larger.moveInitialize(from: entries, count: count)
            entries.deallocate()
            entries = larger
            capacity *= 2
        }
        (entries + count).initialize(to: .free)
        count += 1
        return count - 1
    }
}
