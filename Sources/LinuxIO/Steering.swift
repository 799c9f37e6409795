internal import CLinux
internal import Glibc

/// Which socket of a port that several share gets a datagram: a classic BPF program on the reuseport group reads a
/// little-endian 32-bit word of the payload and takes it modulo the number of sockets.
package enum Steering {
    /// The socket, counted in the order they were bound, that the program picks for a payload word. A payload too short to
    /// hold the word goes to socket 0.
    package static func socket(forWord word: UInt32, of count: Int) -> Int {
        // BPF loads are big-endian, so the program sees the word's bytes reversed.
        Int(word.byteSwapped % UInt32(count))
    }

    /// Attaches the program to the group that a bound socket belongs to.
    /// - Parameters:
    ///   - offset: of the word in the payload, bytes.
    ///   - count: sockets in the group.
    package static func attach(to number: Int32, wordOffset offset: Int, count: Int) throws(SystemCallError) {
        var program = [
            sock_filter(code: UInt16(BPF_LD | BPF_W | BPF_ABS), jt: 0, jf: 0, k: UInt32(offset)),
            sock_filter(code: UInt16(BPF_ALU | BPF_MOD | BPF_K), jt: 0, jf: 0, k: UInt32(count)),
            sock_filter(code: UInt16(BPF_RET | BPF_A), jt: 0, jf: 0, k: 0),
        ]
        let length = UInt16(program.count)
        try systemCall("setsockopt SO_ATTACH_REUSEPORT_CBPF") {
            program.withUnsafeMutableBufferPointer { instructions in
                var filter = sock_fprog(len: length, filter: instructions.baseAddress)
                return setsockopt(
                    number,
                    SOL_SOCKET,
                    Int32(CLINUX_SO_ATTACH_REUSEPORT_CBPF),
                    &filter,
                    socklen_t(MemoryLayout<sock_fprog>.size)
                )
            }
        }
    }
}
