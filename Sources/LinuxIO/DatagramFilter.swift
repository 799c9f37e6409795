internal import CLinux
internal import Glibc

/// A classic BPF program on a socket that drops datagrams which cannot be a game's, before they take up room in its queue or
/// wake anybody.
///
/// One in sixteen of them passes nevertheless, so that whoever asks why nothing arrives finds the reason counted. The kernel
/// counts what it drops together with what full queues lose (`UDPSocket.lostDatagrams`).
package struct DatagramFilter: Sendable {
    /// Where the type's byte stands in the payload.
    package var typeOffset: Int
    /// Bytes of payload of the longest datagram.
    package var longest: Int
    /// A type whose payload has one length only, in bytes.
    package var fixed: (type: UInt8, length: Int)
    /// A type whose payload has at least so many bytes.
    package var open: (type: UInt8, shortest: Int)

    package init(
        typeOffset: Int,
        longest: Int,
        fixed: (type: UInt8, length: Int),
        open: (type: UInt8, shortest: Int)
    ) {
        self.typeOffset = typeOffset
        self.longest = longest
        self.fixed = fixed
        self.open = open
    }

    // A UDP socket's filter sees the datagram from its UDP header on, and its length includes it (net/ipv4/udp.c,
    // udp_queue_rcv_one_skb).
    private static let headerBytes = 8
    /// Of so many impossible datagrams one passes; a power of two.
    private static let sampledOne: UInt32 = 16
    // Jumps are relative to the next instruction.
    private static let sample = 10
    private static let keep = 14

    private func instructions() -> [sock_filter] {
        let header = Self.headerBytes
        let type = sock_filter(code: UInt16(BPF_LD | BPF_B | BPF_ABS), jt: 0, jf: 0, k: UInt32(header + typeOffset))
        let length = sock_filter(code: UInt16(BPF_LD | BPF_W | BPF_LEN), jt: 0, jf: 0, k: 0)
        func jump(_ at: Int, _ test: Int32, _ value: Int, yes: Int, no: Int) -> sock_filter {
            let code = UInt16(BPF_JMP | BPF_K | test)
            return sock_filter(code: code, jt: UInt8(yes - at - 1), jf: UInt8(no - at - 1), k: UInt32(value))
        }
        return [
            length,
            jump(1, BPF_JGT, header + typeOffset, yes: 2, no: Self.sample),
            jump(2, BPF_JGT, header + longest, yes: Self.sample, no: 3),
            type,
            jump(4, BPF_JEQ, Int(fixed.type), yes: 5, no: 7),
            length,
            jump(6, BPF_JEQ, header + fixed.length, yes: Self.keep, no: Self.sample),
            jump(7, BPF_JEQ, Int(open.type), yes: 8, no: Self.sample),
            length,
            jump(9, BPF_JGE, header + open.shortest, yes: Self.keep, no: Self.sample),
            // The sample: a random number from the kernel (SKF_AD_RANDOM, Linux 3.16).
            sock_filter(
                code: UInt16(BPF_LD | BPF_W | BPF_ABS),
                jt: 0,
                jf: 0,
                k: UInt32(bitPattern: SKF_AD_OFF + SKF_AD_RANDOM)
            ),
            sock_filter(code: UInt16(BPF_ALU | BPF_AND | BPF_K), jt: 0, jf: 0, k: Self.sampledOne - 1),
            jump(12, BPF_JEQ, 0, yes: Self.keep, no: 13),
            sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0),
            // Bytes to keep: all of them.
            sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0x0004_0000),
        ]
    }

    /// Attaches the program to a socket, in the place of any other.
    package func attach(to number: Int32) throws(SystemCallError) {
        var program = instructions()
        let count = UInt16(program.count)
        try systemCall("setsockopt SO_ATTACH_FILTER") {
            program.withUnsafeMutableBufferPointer { instructions in
                var filter = sock_fprog(len: count, filter: instructions.baseAddress)
                let size = socklen_t(MemoryLayout<sock_fprog>.size)
                return setsockopt(number, SOL_SOCKET, SO_ATTACH_FILTER, &filter, size)
            }
        }
    }

    /// Lets everything pass again. A socket without a program is no error.
    package static func detach(from number: Int32) {
        var ignored: Int32 = 0
        setsockopt(number, SOL_SOCKET, SO_DETACH_FILTER, &ignored, 4)
    }
}
