internal import LinuxIO
internal import RelayCore

/// Sockets that an earlier process or a socket unit left open, by the address and port they are bound to.
///
/// All sockets on one address and port are one group: the kernel picks one by its position, the order they were bound in.
/// Stored ones carry the position in their name, since they come back in any order; a socket unit hands its sockets over in
/// the order of its lines, which is the order it bound them in.
struct SocketInventory: Sendable {
    /// The name that sockets of a socket unit come under (FileDescriptorName= of systemd/causeway.socket).
    static let unitName = "udp"

    /// Sockets on one address and port, in the order of their positions.
    struct Group: Sendable {
        var numbers: [Int32]
        /// Whether a socket unit owns them: it keeps them whatever happens here.
        var isFromUnit: Bool
        /// The names under which they are kept.
        var names: [String]
    }

    private struct Place: Hashable {
        var address: [UInt8]
        var port: UInt16
    }

    private var groups: [Place: Group] = [:]
    private var refused: [String] = []

    /// Nothing.
    init() {}

    /// Sorts what was inherited; what cannot be used is closed, forgotten and told by `takeRefusals`. Takes only what is
    /// called a socket.
    init(_ inheritance: Inheritance, _ keeper: DescriptorKeeper) {
        var found: [Place: [(position: Int?, item: Inheritance.Item)]] = [:]
        for item in inheritance.items where Self.isSocket(item.name) {
            do {
                let bound = try UDPSocket.inspect(item.number)
                let place = Place(address: bound.address, port: bound.port)
                found[place, default: []].append((Self.position(in: item.name), item))
            } catch {
                refuse([item], "it is no UDP socket that Causeway can use (\(error.words))", keeper)
            }
        }
        for (place, members) in found { sort(place, members, keeper) }
        if !refused.isEmpty { keeper.settle() }
    }

    /// Whether a descriptor's name says that it is a socket of the relay.
    static func isSocket(_ name: String) -> Bool { name == unitName || name.hasPrefix("\(unitName)-") }

    /// The name that a socket is kept under: unique, without colons.
    static func name(position: Int, port: UInt16, address: [UInt8]) -> String {
        let hex = address.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(unitName)-\(position)-\(port)-\(hex)"
    }

    private static func position(in name: String) -> Int? {
        let parts = name.split(separator: "-")
        return parts.count == 4 ? Int(parts[1]) : nil
    }

    private mutating func sort(
        _ place: Place,
        _ members: [(position: Int?, item: Inheritance.Item)],
        _ keeper: DescriptorKeeper
    ) {
        let stored = members.filter { $0.position != nil }.sorted { $0.position ?? 0 < $1.position ?? 0 }
        let fromUnit = members.filter { $0.position == nil }.map(\.item)
        if !fromUnit.isEmpty {
            groups[place] = Group(numbers: fromUnit.map(\.number), isFromUnit: true, names: [])
            refuse(stored.map(\.item), "the socket unit has the same port", keeper)
        } else if stored.map({ $0.position ?? -1 }) == Array(stored.indices) {
            groups[place] = Group(
                numbers: stored.map(\.item.number),
                isFromUnit: false,
                names: stored.map(\.item.name)
            )
        } else {
            refuse(stored.map(\.item), "others of its group are missing", keeper)
        }
    }

    private mutating func refuse(_ items: [Inheritance.Item], _ reason: String, _ keeper: DescriptorKeeper) {
        for item in items {
            refused.append("\(item.name): \(reason)")
            if item.name != Self.unitName { keeper.forget(item.name) }
            _ = Descriptor(item.number)
        }
    }

    /// How many sockets there are on an address and port.
    func count(_ address: [UInt8], _ port: UInt16) -> Int {
        groups[Place(address: address, port: port)]?.numbers.count ?? 0
    }

    func isFromUnit(_ address: [UInt8], _ port: UInt16) -> Bool {
        groups[Place(address: address, port: port)]?.isFromUnit ?? false
    }

    /// The sockets on an address and port, for whoever asks first.
    mutating func take(_ address: [UInt8], _ port: UInt16) -> Group? {
        groups.removeValue(forKey: Place(address: address, port: port))
    }

    /// Closes and forgets what nobody has taken.
    mutating func discardRest(_ keeper: DescriptorKeeper, reason: String) {
        for (place, group) in groups {
            let name = group.isFromUnit ? Self.unitName : group.names.first ?? Self.unitName
            refused.append("\(name), port \(place.port): \(reason)")
            discard(group, keeper)
        }
        groups = [:]
    }

    /// Closes and forgets everything on a port, of one address family (4 or 16 bytes).
    /// - Returns: whether there was anything.
    mutating func discard(port: UInt16, addressLength: Int, _ keeper: DescriptorKeeper) -> Bool {
        let places = groups.keys.filter { $0.port == port && $0.address.count == addressLength }
        for place in places {
            guard let group = groups.removeValue(forKey: place) else { continue }
            refused.append("port \(port): it is bound to another address than relay.bind")
            discard(group, keeper)
        }
        return !places.isEmpty
    }

    /// Closes and forgets a group.
    func discard(_ group: Group, _ keeper: DescriptorKeeper) {
        for name in group.names { keeper.forget(name) }
        for number in group.numbers { _ = Descriptor(number) }
    }

    mutating func takeRefusals() -> [String] {
        defer { refused = [] }
        return refused
    }
}
