internal import Glibc
internal import RelaySystem

/// A system call that failed: its name and the error number.
package struct SystemCallError: Error, Equatable, CustomStringConvertible {
    /// The call's name, for instance `bind`.
    package let call: String
    /// The `errno`.
    package let code: Int32

    package init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    /// What the error number means, in words.
    package var reason: String { SystemWords.reason(code) }

    package var description: String { "\(reason) (\(call))" }

    /// The process or the machine has no more descriptors: the next call would fail in the same way.
    package var isExhaustion: Bool { code == EMFILE || code == ENFILE }

    package var isAddressInUse: Bool { code == EADDRINUSE }
    /// The address family is not there: IPv6 is switched off.
    package var isFamilyUnavailable: Bool { code == EAFNOSUPPORT || code == EADDRNOTAVAIL }
}

/// Runs a system call, again where a signal interrupted it.
/// - Throws: `SystemCallError` where it returned −1.
@discardableResult
@inline(__always)
func systemCall(_ name: String, _ body: () -> Int32) throws(SystemCallError) -> Int32 {
    while true {
        let result = body()
        if result >= 0 { return result }
        if errno != EINTR { throw SystemCallError(name) }
    }
}
