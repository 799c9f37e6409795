import Glibc

/// A system call that failed: its name and `errno`.
package struct SystemCallError: Error, CustomStringConvertible, Equatable {
    package let call: String
    /// The value of `errno`, such as `ECONNREFUSED`.
    package let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The failure of a call that has just returned -1.
    static func last(_ call: String) -> SystemCallError { SystemCallError(call: call, code: errno) }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}
