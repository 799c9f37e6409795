internal import Glibc

extension SystemWords {
    /// Why an address and port cannot be had, and what to do: a sentence that begins with `what`.
    /// - Parameters:
    ///   - what: the address as the operator wrote it, such as `0.0.0.0:80` or `UDP port 32000`.
    ///   - code: errno of bind(2).
    ///   - port: the port that was asked for.
    ///   - holder: who has it, where that is known.
    ///   - unit: the socket unit that could open the port in this process's place.
    package static func unbindable(
        _ what: String,
        _ code: Int32,
        port: UInt16,
        holder: String = "another process",
        unit: String
    ) -> String {
        switch code {
        case EADDRINUSE:
            "\(what) is in use by \(holder): stop it, or choose another port"
        case EADDRNOTAVAIL:
            "\(what) is not on an address of this machine ('ip address' lists them): write one of those, or 0.0.0.0 or [::] "
                + "for all of them"
        case EACCES where port < firstUnprivilegedPort, EPERM where port < firstUnprivilegedPort:
            "\(what) is a privileged port, below \(firstUnprivilegedPort), which \(ProcessUser.name) may not open: choose a "
                + "higher one, or let \(unit) open it"
        case EACCES, EPERM:
            "\(what) may not be opened by \(ProcessUser.name): something on this machine forbids it (SELinux, a sandbox)"
        case EAFNOSUPPORT:
            "\(what) needs an address family that this machine has switched off: write an IPv4 address"
        default: "\(what) cannot be opened: \(reason(code))"
        }
    }

    /// The lowest port that needs no privilege (ip(7), ip_unprivileged_port_start).
    package static let firstUnprivilegedPort: UInt16 = {
        let path = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
        let text = (try? SmallFile.read(path, atMost: 16).bytes).map { String(decoding: $0, as: UTF8.self) }
        return text.flatMap { UInt16($0.prefix { $0.isNumber }) } ?? 1_024
    }()
}
