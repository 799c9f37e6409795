internal import CSystemd
internal import Glibc

/// The service manager's descriptor store (systemd.service(5), `FileDescriptorStoreMax=`): what is kept there outlives a
/// restart and a crash of this process, and comes back through `InheritedDescriptors`.
package struct DescriptorStore: Sendable {
    private init() {}

    /// `nil` without `NOTIFY_SOCKET`. Whether the manager really keeps anything, it does not tell.
    package static func connect() -> DescriptorStore? {
        ServiceNotifier.hasSocket ? DescriptorStore() : nil
    }

    /// How many descriptors the manager keeps for this unit; `nil` where it does not say. Since version 254 it does
    /// (systemd.exec(5), `$FDSTORE`), for older ones the shipped unit does.
    package static var capacity: Int? { getenv("FDSTORE").flatMap { Int(String(cString: $0)) } }

    /// Puts a copy of a descriptor into the store. The store takes the same file under one name once only.
    /// - Parameter named: 1…255 ASCII characters without control characters and colons.
    package func keep(_ number: Int32, named name: String) {
        // FDPOLL=0: the manager would drop a descriptor on which an error is pending (EPOLLERR), and an ICMP error makes
        // one pending on a UDP socket.
        withUnsafePointer(to: number) { number in
            _ = sd_pid_notify_with_fds(0, 0, "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0", number, 1)
        }
    }

    /// Removes every descriptor of that name from the store.
    package func forget(named name: String) {
        _ = sd_notify(0, "FDSTOREREMOVE=1\nFDNAME=\(name)")
    }

    /// Waits until the manager has taken in everything sent before (sd_notify_barrier(3)).
    /// - Returns: false where it did not within the time.
    package func settle(timeoutMilliseconds: Int) -> Bool {
        sd_notify_barrier(0, UInt64(clamping: timeoutMilliseconds) * 1_000) > 0
    }
}
