import Glibc
import Synchronization

/// Runs code on a thread with a network namespace of its own, in which only a loopback device exists.
enum NamespaceThread {
    private final class Job: Sendable {
        let mtu: Int32
        let body: @Sendable () throws -> Void
        let outcome = Mutex<Result<Void, any Error>>(.success(()))

        init(mtu: Int32, _ body: @escaping @Sendable () throws -> Void) {
            self.mtu = mtu
            self.body = body
        }

        func run() {
            guard unshare(newNetwork) == 0, setLoopback(mtu: mtu) else {
                outcome.withLock { $0 = .failure(NoLoopback()) }
                return
            }
            let result = Result { try body() }
            outcome.withLock { $0 = result }
        }

        /// SIOCSIFMTU and SIOCSIFFLAGS on `lo`; `struct ifreq` is a name of 16 bytes and a union of 24.
        private func setLoopback(mtu: Int32) -> Bool {
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            defer { close(descriptor) }
            var request = [UInt8](repeating: 0, count: 40)
            request.replaceSubrange(0..<2, with: Array("lo".utf8))
            withUnsafeBytes(of: mtu) { request.replaceSubrange(16..<20, with: $0) }
            guard ioctl(descriptor, 0x8922, &request) == 0 else { return false }
            let upAndRunning = Int16(0x41)
            request.replaceSubrange(16..<40, with: [UInt8](repeating: 0, count: 24))
            withUnsafeBytes(of: upAndRunning) { request.replaceSubrange(16..<18, with: $0) }
            return ioctl(descriptor, 0x8914, &request) == 0
        }
    }

    private struct NoLoopback: Error {}

    /// Whether this user may make a namespace (CAP_SYS_ADMIN).
    static var isAllowed: Bool {
        if case .success = run(mtu: 65_536, {}) { return true }
        return false
    }

    /// CLONE_NEWNET of unshare(2).
    private static let newNetwork: Int32 = 0x4000_0000

    static func run(mtu: Int32, _ body: @escaping @Sendable () throws -> Void) -> Result<Void, any Error> {
        let job = Job(mtu: mtu, body)
        var thread = pthread_t()
        pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            Unmanaged.passRetained(job).toOpaque()
        )
        pthread_join(thread, nil)
        return job.outcome.withLock { $0 }
    }
}

@_silgen_name("unshare")
private func unshare(_ flags: Int32) -> Int32
