import CLinux
import Glibc

/// A filter in a socket that lets one datagram in so many through to its reader, at random.
///
/// The others are dropped by the kernel as they arrive: they cost the reader nothing, and the socket's drop counter
/// counts them. What a full receive queue drops is counted there too and cannot be told apart, so a sampled socket needs
/// a large queue and a reader that comes often.
enum SamplingFilter {
    /// Datagrams of fewer bytes of payload always pass: they are keep-alives and their answers, which nobody counts.
    static let smallestSampled = PayloadHeader.size

    /// Installs the filter (SO_ATTACH_FILTER, socket(7)); it works for what arrives from now on.
    static func attach(to socket: Int32, oneIn divisor: Int) throws(SystemCallError) {
        // The kernel's ancillary data: networking/filter.rst, SKF_AD_OFF + SKF_AD_RANDOM.
        let random = UInt32(bitPattern: Int32(SKF_AD_OFF) + Int32(SKF_AD_RANDOM))
        let udpHeader: UInt32 = 8
        // A filter on a UDP socket sees the datagram from its UDP header on.
        var program = [
            instruction(BPF_LD | BPF_W | BPF_LEN),
            instruction(BPF_JMP | BPF_JGE | BPF_K, UInt32(smallestSampled) + udpHeader, ifTrue: 0, ifFalse: 3),
            instruction(BPF_LD | BPF_W | BPF_ABS, random),
            instruction(BPF_ALU | BPF_MOD, UInt32(divisor)),
            instruction(BPF_JMP | BPF_JEQ | BPF_K, 0, ifTrue: 0, ifFalse: 1),
            instruction(BPF_RET | BPF_K, 0xFFFF),
            instruction(BPF_RET | BPF_K, 0),
        ]
        let status = program.withUnsafeMutableBufferPointer { instructions in
            var filter = sock_fprog(len: UInt16(instructions.count), filter: instructions.baseAddress)
            return setsockopt(
                socket,
                SOL_SOCKET,
                SO_ATTACH_FILTER,
                &filter,
                socklen_t(MemoryLayout<sock_fprog>.size)
            )
        }
        guard status == 0 else { throw .last("setsockopt(SO_ATTACH_FILTER)") }
    }

    private static func instruction(
        _ code: Int32,
        _ operand: UInt32 = 0,
        ifTrue: UInt8 = 0,
        ifFalse: UInt8 = 0
    ) -> sock_filter {
        sock_filter(code: UInt16(code), jt: ifTrue, jf: ifFalse, k: operand)
    }
}
