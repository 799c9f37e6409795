/// Why a listener cannot be set up, and what to do.
package struct ListenerError: Error, Equatable, CustomStringConvertible {
    package let message: String

    init(_ message: String) { self.message = message }

    package var description: String { message }
}
