import Glibc
import Synchronization

/// Hands out port numbers below the ephemeral range, each once per test run, found free for UDP and TCP.
enum FreePorts {
    private static let next = Mutex(UInt16(10_000 + Int(getpid()) % 1_800 * 10))

    /// So many consecutive port numbers.
    static func take(_ count: Int = 1) throws -> [UInt16] {
        try next.withLock { next in
            for _ in 0..<2_000 {
                if Int(next) + count > 32_000 { next = 10_000 }
                let block = (0..<count).map { next + UInt16($0) }
                next += UInt16(count)
                if block.allSatisfy(isFree) { return block }
            }
            throw SocketError(call: "finding \(count) free ports", code: EADDRINUSE)
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        for address in [SocketAddress("0.0.0.0", port), SocketAddress("::", port)] {
            for type in [SOCK_STREAM, SOCK_DGRAM] {
                guard let socket = try? Socket(address.family, type) else { continue }
                if type == SOCK_STREAM { socket.enable(SO_REUSEADDR) }
                if (try? socket.bind(address)) == nil { return false }
            }
        }
        return true
    }
}
