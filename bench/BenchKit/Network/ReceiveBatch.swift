import CLinux
import Glibc

/// Room for a batch of received datagrams, filled by one `recvmmsg`.
struct ReceiveBatch: ~Copyable {
    /// Datagrams taken in by one call.
    static let capacity = 32
    /// Bytes kept of a datagram: more than any that game clients exchange, so that a longer one shows as such.
    private static let room = 2048
    private static let controlRoom = 64

    private let messages: UnsafeMutablePointer<clinux_mmsghdr>
    private let vectors: UnsafeMutablePointer<iovec>
    private let bytes: UnsafeMutableRawPointer
    private let control: UnsafeMutableRawPointer
    /// Who sent each datagram; `nil` where nobody asks.
    private let names: UnsafeMutablePointer<sockaddr_in>?

    /// - Parameter takesSources: whether ``source(_:)`` is asked for, of IPv4 sockets that are not connected.
    init(takesSources: Bool = false) {
        let count = ReceiveBatch.capacity
        messages = .allocate(capacity: count)
        vectors = .allocate(capacity: count)
        bytes = .allocate(byteCount: count * ReceiveBatch.room, alignment: 64)
        control = .allocate(byteCount: count * ReceiveBatch.controlRoom, alignment: 16)
        names = takesSources ? .allocate(capacity: count) : nil
        names?.initialize(repeating: sockaddr_in(), count: count)
        for index in 0..<count {
            (vectors + index).initialize(
                to: iovec(iov_base: bytes + index * ReceiveBatch.room, iov_len: ReceiveBatch.room)
            )
            var message = clinux_mmsghdr()
            message.msg_hdr.msg_iov = vectors + index
            message.msg_hdr.msg_iovlen = 1
            message.msg_hdr.msg_control = control + index * ReceiveBatch.controlRoom
            if let names { message.msg_hdr.msg_name = UnsafeMutableRawPointer(names + index) }
            (messages + index).initialize(to: message)
        }
    }

    deinit {
        messages.deallocate()
        vectors.deallocate()
        bytes.deallocate()
        control.deallocate()
        names?.deallocate()
    }

    /// Takes in what waits in a socket; returns the number of datagrams, or -1 with `errno` set.
    @inline(__always)
    mutating func receive(from socket: Int32) -> Int {
        for index in 0..<ReceiveBatch.capacity {
            messages[index].msg_hdr.msg_controllen = ReceiveBatch.controlRoom
            if names != nil { messages[index].msg_hdr.msg_namelen = socklen_t(MemoryLayout<sockaddr_in>.size) }
        }
        return Int(clinux_recvmmsg(socket, messages, UInt32(ReceiveBatch.capacity), Int32(MSG_DONTWAIT), nil))
    }

    /// The datagram at `index` of the last call.
    @inline(__always)
    func datagram(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes + index &* ReceiveBatch.room, count: Int(messages[index].msg_len))
    }

    /// Who sent the datagram at `index`, as a packed ``IPv4Endpoint``; 0 where the batch does not take sources.
    @inline(__always)
    func source(_ index: Int) -> Int64 {
        guard let names else { return 0 }
        return IPv4Endpoint(names[index]).packed
    }

    /// When the datagram reached the socket, in nanoseconds of the wall clock; `nil` where the kernel did not say.
    @inline(__always)
    func arrival(_ index: Int) -> UInt64? {
        // The stamp is the only control message asked for, so it is the first: cmsghdr (16 bytes), timespec (16).
        guard messages[index].msg_hdr.msg_controllen >= 32 else { return nil }
        let place = control + index &* ReceiveBatch.controlRoom
        guard place.load(fromByteOffset: 8, as: Int32.self) == SOL_SOCKET,
            place.load(fromByteOffset: 12, as: Int32.self) == SocketOption.timestampNanoseconds
        else { return nil }
        let seconds = place.load(fromByteOffset: 16, as: Int64.self)
        let nanoseconds = place.load(fromByteOffset: 24, as: Int64.self)
        return UInt64(seconds) &* 1_000_000_000 &+ UInt64(nanoseconds)
    }
}
