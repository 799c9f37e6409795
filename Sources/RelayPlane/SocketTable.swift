internal import LinuxIO
internal import RelayCore

/// A worker's open sockets: the epoll tag of a socket is its place in this table.
struct SocketTable {
    /// A socket and the pair it belongs to.
    struct Entry {
        var number: Int32
        var role: PortRole
        /// 0 for the shared pair, n + 1 for the n-th dedicated pair.
        var pair: UInt32
        var sockets: PairSockets
        /// What the kernel last said about datagrams that this socket's full queue lost.
        var queueDrops: UInt32 = 0
    }

    private(set) var entries: [Entry?] = []
    private var free: [Int] = []
    private var places: [UInt32: [Int]] = [:]

    /// Watches all sockets of a pair.
    mutating func add(_ sockets: PairSockets, pair: UInt32, to epoll: borrowing Epoll) throws(SystemCallError) {
        for socket in sockets.open {
            let entry = Entry(number: socket.number, role: socket.role, pair: pair, sockets: sockets)
            let place: Int
            if let reused = free.popLast() {
                place = reused
                entries[place] = entry
            } else {
                place = entries.count
                entries.append(entry)
            }
            places[pair, default: []].append(place)
            try epoll.add(socket.number, tag: UInt64(place))
        }
    }

    subscript(_ tag: UInt64) -> Entry? { entries[Int(tag)] }

    /// Closes all sockets of a pair; closing ends the watch.
    mutating func remove(pair: UInt32) {
        for place in places.removeValue(forKey: pair) ?? [] {
            if let entry = entries[place] { _ = Descriptor(entry.number) }
            entries[place] = nil
            free.append(place)
        }
    }

    mutating func setQueueDrops(_ tag: UInt64, _ drops: UInt32) {
        entries[Int(tag)]?.queueDrops = drops
    }

    mutating func removeAll() {
        for pair in Array(places.keys) { remove(pair: pair) }
    }
}
