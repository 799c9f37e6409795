import Glibc

/// A socket address in memory of its own, laid out as in the tables: 28 bytes at the start of a 64-byte line.
final class SocketAddress {
    let name: UnsafeMutableRawPointer

    init(_ address: [UInt8], _ port: UInt16) {
        name = .allocate(byteCount: 64, alignment: 64)
        name.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
        name.storeBytes(of: UInt16(address.count == 4 ? AF_INET : AF_INET6), as: UInt16.self)
        name.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
        (name + (address.count == 4 ? 4 : 8)).copyMemory(from: address, byteCount: address.count)
    }

    deinit {
        name.deallocate()
    }
}
