internal import CLinux
internal import Glibc

/// A datagram of a received batch. Bytes and name are valid until the next `receive`.
@frozen
public struct ReceivedDatagram {
    /// They may be overwritten.
    public let bytes: UnsafeMutableRawPointer
    /// The sender as a `sockaddr_in` or `sockaddr_in6`.
    public let name: UnsafeMutableRawPointer
    /// Bytes received, at most one more than are of interest.
    public var length: Int
    /// The local address the datagram came to, network order, as two words: 0 where the kernel did not say.
    public var local: (high: UInt64, low: UInt64)
}

/// Buffers for up to 64 datagrams and one `recvmmsg` that fills them. Everything is allocated once.
public struct ReceiveBatch: ~Copyable {
    /// Datagrams a call; a larger batch gains nothing (bench/LOG.md).
    @inlinable public static var capacity: Int { 64 }
    private static var nameBytes: Int { 32 }
    private static var controlBytes: Int { 64 }
    private static var bufferBytes: Int { 1_280 }

    /// What the last call received. Public like the structure itself, since `package` symbols are never inlined into
    /// another module.
    public let datagrams: UnsafeMutablePointer<ReceivedDatagram>
    private let messages: UnsafeMutablePointer<clinux_mmsghdr>
    private let vectors: UnsafeMutablePointer<iovec>
    private let names: UnsafeMutableRawPointer
    private let controls: UnsafeMutableRawPointer
    private let buffers: UnsafeMutableRawPointer
    /// Datagrams of the last call, whose lengths the kernel has overwritten.
    private var used: Int

    /// - Parameter longest: bytes of a datagram that are of interest; of a longer one the rest is cut off.
    public init(longest: Int) {
        precondition(longest < Self.bufferBytes)
        datagrams = .allocate(capacity: Self.capacity)
        messages = .allocate(capacity: Self.capacity)
        vectors = .allocate(capacity: Self.capacity)
        names = .allocate(byteCount: Self.capacity * Self.nameBytes, alignment: 64)
        controls = .allocate(byteCount: Self.capacity * Self.controlBytes, alignment: 64)
        buffers = .allocate(byteCount: Self.capacity * Self.bufferBytes, alignment: 4_096)
        memset(names, 0, Self.capacity * Self.nameBytes)
        used = 0
        for index in 0..<Self.capacity {
            let name = names + index * Self.nameBytes
            let bytes = buffers + index * Self.bufferBytes
            // One byte more than is of interest, so that a longer datagram shows.
            vectors[index] = iovec(iov_base: bytes, iov_len: longest + 1)
            var header = msghdr()
            header.msg_name = name
            header.msg_namelen = 28
            header.msg_iov = vectors + index
            header.msg_iovlen = 1
            header.msg_control = controls + index * Self.controlBytes
            header.msg_controllen = Self.controlBytes
            messages[index] = clinux_mmsghdr(msg_hdr: header, msg_len: 0)
            (datagrams + index).initialize(to: ReceivedDatagram(bytes: bytes, name: name, length: 0, local: (0, 0)))
        }
    }

    deinit {
        datagrams.deallocate()
        messages.deallocate()
        vectors.deallocate()
        names.deallocate()
        controls.deallocate()
        buffers.deallocate()
    }

    /// Reads what is there, without waiting. Returns the number of datagrams; 0 where there are none.
    public mutating func receive(from number: Int32) -> Int {
        prepare()
        used = 0
        read(from: number, atMost: Self.capacity)
        return used
    }

    /// As `receive`, and asks besides when the first datagram came to the machine. A system call or two more.
    public mutating func receive(from number: Int32, stamp: inout ReceiveStamp) -> Int {
        prepare()
        used = 0
        stamp = .unknown
        let before = ReceiveStamp.now
        read(from: number, atMost: 1)
        guard used == 1 else { return 0 }
        var time = timespec()
        // Where the kernel had not begun to stamp yet, it says the time at which it is asked.
        if clinux_last_arrival(number, &time) == 0, ReceiveStamp(time) < before { stamp = ReceiveStamp(time) }
        read(from: number, atMost: Self.capacity - 1)
        return used
    }

    @inline(__always)
    private mutating func prepare() {
        for index in 0..<used {
            messages[index].msg_hdr.msg_namelen = 28
            messages[index].msg_hdr.msg_controllen = Self.controlBytes
        }
    }

    /// Reads behind what has been read.
    @inline(__always)
    private mutating func read(from number: Int32, atMost count: Int) {
        let first = used
        let got = clinux_recvmmsg(number, messages + first, UInt32(truncatingIfNeeded: count), 0, nil)
        if got <= 0 { return }
        used = first &+ Int(got)
        for index in first..<used {
            datagrams[index].length = Int(messages[index].msg_len)
            datagrams[index].local = localAddress(index)
        }
    }

    @inline(__always)
    private func localAddress(_ index: Int) -> (high: UInt64, low: UInt64) {
        let length = messages[index].msg_hdr.msg_controllen
        if length == 0 { return (0, 0) }
        // IPv4 packet info and nothing else, as on every IPv4 wildcard socket: read where it stands.
        let control = controls + index &* Self.controlBytes
        let levelAndType = control.load(fromByteOffset: 8, as: UInt64.self)
        guard length == Int(CLINUX_PKTINFO4_SPACE), levelAndType == UInt64(CLINUX_IP_PKTINFO) &<< 32 else {
            return Self.parse(messages + index)
        }
        return (0, UInt64(control.load(fromByteOffset: Int(CLINUX_PKTINFO4_ADDRESS), as: UInt32.self)))
    }

    private static func parse(_ message: UnsafeMutablePointer<clinux_mmsghdr>) -> (high: UInt64, low: UInt64) {
        var words: (high: UInt64, low: UInt64) = (0, 0)
        let family = withUnsafeMutableBytes(of: &words) { bytes in
            bytes.baseAddress.map { clinux_read_pktinfo(&message.pointee.msg_hdr, $0) } ?? 0
        }
        // An IPv4 address was written to the first four bytes; it belongs into the low word.
        return family == AF_INET ? (0, words.high) : words
    }
}
