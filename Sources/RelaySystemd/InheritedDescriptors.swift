internal import CSystemd
internal import Glibc

/// An open descriptor that the service manager passed on: a socket of a socket unit, or one of the descriptor store.
package struct InheritedDescriptor: Sendable, Equatable {
    /// `FileDescriptorName=` of the socket unit, or the name it was stored under; `unknown` where it has none.
    package let name: String
    /// Open, and not inherited by children. Whoever takes it closes it.
    package let number: Int32

    package init(name: String, number: Int32) {
        self.name = name
        self.number = number
    }
}

/// What the service manager passed on to this process (sd_listen_fds_with_names(3)).
package enum InheritedDescriptors {
    /// The descriptors in the order in which they were passed on; none where they are meant for another process, or were
    /// taken before. To be called before other threads read the environment: it removes the variables.
    ///
    /// The order says nothing: systemd passes stored descriptors on last in, first out.
    package static func take() -> [InheritedDescriptor] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count > 0, let names else { return [] }
        defer { free(names) }
        return (0..<count).map { index in
            // SD_LISTEN_FDS_START: descriptors begin behind the three standard ones.
            let number = 3 + index
            guard let name = names[Int(index)] else { return InheritedDescriptor(name: "unknown", number: number) }
            defer { free(name) }
            return InheritedDescriptor(name: String(cString: name), number: number)
        }
    }
}
