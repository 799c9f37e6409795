import Glibc

/// The service manager's end of `NOTIFY_SOCKET`. It changes the environment: for use in a process of its own.
struct NotificationSocket {
    struct Message {
        var text: String
        var descriptors: [Int32]
    }

    private let number: Int32

    /// Opens an abstract socket and points `NOTIFY_SOCKET` at it.
    init() {
        number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let name = "causeway-test-\(getpid())"
        // A `sockaddr_un` by its layout (unix(7)): family, a zero, the abstract name.
        var address = withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) } + [0] + Array(name.utf8)
        address.withUnsafeMutableBytes { raw in
            let address = raw.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            precondition(bind(number, address, socklen_t(raw.count)) == 0)
        }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setenv("NOTIFY_SOCKET", "@\(name)", 1)
    }

    /// The next message with the descriptors that came with it.
    func receive() -> Message {
        var bytes = [UInt8](repeating: 0, count: 4096)
        var control = [UInt64](repeating: 0, count: 32)
        let (count, controlLength) = bytes.withUnsafeMutableBytes { bytes in
            control.withUnsafeMutableBytes { control in
                var vector = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var header = msghdr()
                    header.msg_iov = vector
                    header.msg_iovlen = 1
                    header.msg_control = control.baseAddress
                    header.msg_controllen = control.count
                    let count = recvmsg(number, &header, 0)
                    return (count, header.msg_controllen)
                }
            }
        }
        guard count >= 0 else { return Message(text: "nothing came", descriptors: []) }
        return Message(
            text: String(decoding: bytes.prefix(count), as: UTF8.self),
            descriptors: control.withUnsafeBytes {
                Self.descriptors(UnsafeRawBufferPointer(rebasing: $0[..<controlLength]))
            }
        )
    }

    /// A `cmsghdr` by its layout (cmsg(3)): length, level, type, then the descriptors, each aligned to 8 bytes.
    private static func descriptors(_ control: UnsafeRawBufferPointer) -> [Int32] {
        var found: [Int32] = []
        var offset = 0
        while offset + 16 <= control.count {
            let length = control.load(fromByteOffset: offset, as: Int.self)
            if control.load(fromByteOffset: offset + 12, as: Int32.self) == Int32(SCM_RIGHTS) {
                for place in stride(from: offset + 16, to: offset + length, by: 4) {
                    found.append(control.load(fromByteOffset: place, as: Int32.self))
                }
            }
            offset += (length + 7) & ~7
        }
        return found
    }
}
