internal import CLinux
internal import Glibc

/// Buffers for up to 64 datagrams and one `recvmmsg` that fills them. Everything is allocated once.
package struct ReceiveBatch: ~Copyable {
    /// Datagrams a call; a larger batch gains nothing (bench/LOG.md).
    package static var capacity: Int { 64 }
    private static var nameBytes: Int { 32 }
    private static var controlBytes: Int { 64 }
    private static var bufferBytes: Int { 1_280 }

    private let messages: UnsafeMutablePointer<clinux_mmsghdr>
    private let vectors: UnsafeMutablePointer<iovec>
    private let names: UnsafeMutableRawPointer
    private let controls: UnsafeMutableRawPointer
    private let buffers: UnsafeMutableRawPointer
    /// Datagrams of the last call, whose lengths the kernel has overwritten.
    private var used: Int

    /// - Parameter longest: bytes of a datagram that are of interest; of a longer one the rest is cut off.
    package init(longest: Int) {
        precondition(longest < Self.bufferBytes)
        messages = .allocate(capacity: Self.capacity)
        vectors = .allocate(capacity: Self.capacity)
        names = .allocate(byteCount: Self.capacity * Self.nameBytes, alignment: 64)
        controls = .allocate(byteCount: Self.capacity * Self.controlBytes, alignment: 64)
        buffers = .allocate(byteCount: Self.capacity * Self.bufferBytes, alignment: 4_096)
        memset(names, 0, Self.capacity * Self.nameBytes)
        used = 0
        for index in 0..<Self.capacity {
            // One byte more than is of interest, so that a longer datagram shows.
            vectors[index] = iovec(iov_base: buffers + index * Self.bufferBytes, iov_len: longest + 1)
            var header = msghdr()
            header.msg_name = names + index * Self.nameBytes
            header.msg_namelen = 28
            header.msg_iov = vectors + index
            header.msg_iovlen = 1
            header.msg_control = controls + index * Self.controlBytes
            header.msg_controllen = Self.controlBytes
            messages[index] = clinux_mmsghdr(msg_hdr: header, msg_len: 0)
        }
    }

    deinit {
        messages.deallocate()
        vectors.deallocate()
        names.deallocate()
        controls.deallocate()
        buffers.deallocate()
    }

    /// Reads what is there, without waiting. Returns the number of datagrams; 0 where there are none.
    @inline(__always)
    package mutating func receive(from number: Int32) -> Int {
        for index in 0..<used {
            messages[index].msg_hdr.msg_namelen = 28
            messages[index].msg_hdr.msg_controllen = Self.controlBytes
        }
        let count = clinux_recvmmsg(number, messages, UInt32(Self.capacity), 0, nil)
        used = count > 0 ? Int(count) : 0
        return used
    }

    /// The datagram's bytes; they may be overwritten. Valid until the next `receive`.
    @inline(__always)
    package func bytes(_ index: Int) -> UnsafeMutableRawPointer { buffers + index &* Self.bufferBytes }

    /// Bytes received, at most one more than are of interest.
    @inline(__always)
    package func length(_ index: Int) -> Int { Int(messages[index].msg_len) }

    /// The sender as a `sockaddr_in` or `sockaddr_in6`. Valid until the next `receive`.
    @inline(__always)
    package func name(_ index: Int) -> UnsafeMutableRawPointer { names + index &* Self.nameBytes }

    /// Whether the kernel attached anything to the datagram.
    @inline(__always)
    package func hasControl(_ index: Int) -> Bool { messages[index].msg_hdr.msg_controllen > 0 }

    /// The local address the datagram came to, network order, as two words: 0 where the kernel did not say.
    package func localAddress(_ index: Int) -> (high: UInt64, low: UInt64) {
        var words: (high: UInt64, low: UInt64) = (0, 0)
        let family = withUnsafeMutableBytes(of: &words) { bytes in
            bytes.baseAddress.map { clinux_read_pktinfo(&messages[index].msg_hdr, $0) } ?? 0
        }
        // An IPv4 address was written to the first four bytes; it belongs into the low word.
        return family == AF_INET ? (0, words.high) : words
    }

    /// Datagrams that the socket's full queue lost since it was opened (modulo 2³²), where this datagram tells.
    package func queueDrops(_ index: Int) -> UInt32? {
        var drops: UInt32 = 0
        return clinux_read_queue_drops(&messages[index].msg_hdr, &drops) == 1 ? drops : nil
    }
}
