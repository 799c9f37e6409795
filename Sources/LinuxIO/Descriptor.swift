internal import Glibc

/// An open file descriptor, closed when its owner lets go of it.
package struct Descriptor: ~Copyable, Sendable {
    package let number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    /// Gives the descriptor away without closing it.
    package consuming func take() -> Int32 {
        let number = number
        discard self
        return number
    }

    deinit {
        close(number)
    }
}
