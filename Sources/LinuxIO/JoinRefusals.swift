internal import Glibc

/// Places to which the kernel would not cut a joined message, though it sends what is in it: datagrams go there one by one
/// from now on. Remembers the latest of a fixed number of places; whoever is displaced is tried again, and refused again, at
/// the price of one call.
struct JoinRefusals {
    private static let places = 256
    private let keys: UnsafeMutablePointer<UInt64>
    /// Nothing may be joined at all.
    private let isEverywhere: Bool
    private(set) var isEmpty: Bool

    /// - Parameter mayJoin: whether the kernel can cut messages.
    init(mayJoin: Bool) {
        isEverywhere = !mayJoin
        isEmpty = mayJoin
        keys = .allocate(capacity: Self.places)
        keys.initialize(repeating: 0, count: Self.places)
    }

    func deallocate() {
        keys.deallocate()
    }

    func contains(_ name: UnsafeRawPointer, isIPv4: Bool) -> Bool {
        let key = Self.key(name, isIPv4)
        return isEverywhere || keys[Self.place(key)] == key
    }

    /// Remembers a place, where the refusal of a joined message was about its being joined.
    /// - Parameter code: the `errno`: the way there is too narrow for the size (EINVAL, EMSGSIZE), or the device or a tunnel on
    ///   it cannot cut (EIO). A full queue or a firewall is no reason to stop joining.
    mutating func note(_ name: UnsafeRawPointer, isIPv4: Bool, _ code: Int32) {
        guard code == EINVAL || code == EMSGSIZE || code == EIO else { return }
        let key = Self.key(name, isIPv4)
        keys[Self.place(key)] = key
        isEmpty = false
    }

    /// The address without the port: it is the way there that is narrow. Never 0.
    private static func key(_ name: UnsafeRawPointer, _ isIPv4: Bool) -> UInt64 {
        if isIPv4 { return UInt64(name.load(fromByteOffset: 4, as: UInt32.self)) | 1 << 32 }
        let high = name.load(fromByteOffset: 8, as: UInt64.self)
        let low = name.load(fromByteOffset: 16, as: UInt64.self)
        return (high ^ low &* 0x9E37_79B9_7F4A_7C15) | 1
    }

    private static func place(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 56)
    }
}
