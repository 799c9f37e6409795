internal import CLinux
internal import Glibc

/// Up to 64 datagrams on their way out of one socket, sent by `sendmmsg`. Everything is allocated once; bytes and addresses
/// are pointed to, not copied, and must stay until `flush`.
package struct SendBatch: ~Copyable {
    package static var capacity: Int { 64 }
    private static var controlBytes: Int { 64 }

    private let messages: UnsafeMutablePointer<clinux_mmsghdr>
    private let vectors: UnsafeMutablePointer<iovec>
    private let controls: UnsafeMutableRawPointer
    package private(set) var count: Int

    package init() {
        messages = .allocate(capacity: Self.capacity)
        vectors = .allocate(capacity: Self.capacity)
        controls = .allocate(byteCount: Self.capacity * Self.controlBytes, alignment: 64)
        memset(controls, 0, Self.capacity * Self.controlBytes)
        count = 0
        for index in 0..<Self.capacity {
            var header = msghdr()
            header.msg_iov = vectors + index
            header.msg_iovlen = 1
            messages[index] = clinux_mmsghdr(msg_hdr: header, msg_len: 0)
        }
    }

    deinit {
        messages.deallocate()
        vectors.deallocate()
        controls.deallocate()
    }

    package var isFull: Bool { count == Self.capacity }

    /// Adds a datagram; the batch must not be full.
    /// - Parameters:
    ///   - name: the receiver as a `sockaddr_in` (IPv4) or `sockaddr_in6`.
    ///   - local: the address it leaves from, network order as two words; both 0 leave the choice to the kernel.
    @inline(__always)
    package mutating func append(
        _ bytes: UnsafeMutableRawPointer,
        length: Int,
        to name: UnsafeMutableRawPointer,
        isIPv4: Bool,
        from local: (high: UInt64, low: UInt64)
    ) {
        let index = count
        count = index &+ 1
        vectors[index] = iovec(iov_base: bytes, iov_len: length)
        messages[index].msg_hdr.msg_name = name
        messages[index].msg_hdr.msg_namelen = isIPv4 ? 16 : 28
        guard local.high | local.low != 0 else {
            messages[index].msg_hdr.msg_control = nil
            messages[index].msg_hdr.msg_controllen = 0
            return
        }
        let control = controls + index &* Self.controlBytes
        var address = isIPv4 ? (high: local.low, low: 0) : local
        messages[index].msg_hdr.msg_control = control
        messages[index].msg_hdr.msg_controllen =
            isIPv4 ? clinux_write_pktinfo4(control, &address) : clinux_write_pktinfo6(control, &address)
    }

    /// Sends everything. A datagram that the kernel refuses is given up and the rest goes on: `sendmmsg` reports an error
    /// only for the first message of a call.
    /// - Returns: how many were given up.
    @inline(__always)
    package mutating func flush(through number: Int32) -> Int {
        var sent = 0
        var failed = 0
        while sent < count {
            let result = clinux_sendmmsg(number, messages + sent, UInt32(count &- sent), 0)
            if result > 0 {
                sent &+= Int(result)
            } else if errno != EINTR {
                failed &+= 1
                sent &+= 1
            }
        }
        count = 0
        return failed
    }
}
