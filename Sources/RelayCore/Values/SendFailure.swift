/// Why the kernel refused to send a datagram: an `errno`, in words for an operator.
public struct SendFailure: Sendable, Equatable {
    /// The `errno`, never 0.
    public let code: Int32

    /// - Parameter code: `nil` comes of 0, which is no error.
    public init?(code: Int32) {
        guard code != 0 else { return nil }
        self.code = code
    }

    /// The name by which the manual knows it, `errno 99` where it is none that sending makes.
    public var name: String { words?.name ?? "errno \(code)" }

    /// What to look at, without a full stop.
    public var advice: String { words?.advice ?? "look at the machine's routes, firewall and network" }

    // Linux, asm-generic/errno.h. See send(2), udp(7), ip(7).
    private var words: (name: String, advice: String)? {
        switch code {
        case 1: ("EPERM", "a firewall rule of this machine (OUTPUT) forbids it")
        case 5: ("EIO", "a device or tunnel on the way out failed")
        case 11:
            (
                "EAGAIN",
                "the socket's send buffer is full: the device is slower than the games; raise SendBuffer= or net.core.wmem_max"
            )
        case 12: ("ENOMEM", "the machine is out of memory")
        case 13: ("EACCES", "a firewall, or a security module, forbids it, or it goes to a broadcast address")
        case 19: ("ENODEV", "the network device is gone")
        case 22: ("EINVAL", "the address that it should leave from is not this machine's any more")
        case 90: ("EMSGSIZE", "the device takes only shorter datagrams: raise its MTU to 1,300 at least")
        case 99: ("EADDRNOTAVAIL", "the address that it should leave from is not this machine's any more")
        case 100: ("ENETDOWN", "the network device is down")
        case 101: ("ENETUNREACH", "there is no route to the receiver: look at 'ip route'")
        case 105: ("ENOBUFS", "the device's queue is full: look at 'tc -s qdisc' and the device's speed")
        case 111: ("ECONNREFUSED", "a firewall rule of this machine rejects it")
        case 113: ("EHOSTUNREACH", "the receiver's network cannot be reached: look at 'ip route' and 'ip neigh'")
        default: nil
        }
    }
}

extension CounterPage {
    /// Why the kernel last refused to send something; `nil` where it never has.
    public var lastSendFailure: SendFailure? { SendFailure(code: Int32(truncatingIfNeeded: self[.lastSendError])) }
}
