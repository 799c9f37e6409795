/// Why a listener cannot be set up, and what to do.
package struct ListenerError: Error, Equatable, CustomStringConvertible {
    /// The configuration key that it is about, where there is one.
    package let key: String?
    /// A sentence without the key.
    package let message: String
    /// Another process has the address: that may be over soon.
    package let isTaken: Bool

    init(_ message: String, key: String? = nil, isTaken: Bool = false) {
        self.key = key
        self.message = message
        self.isTaken = isTaken
    }

    package var description: String { key.map { "\($0): \(message)" } ?? message }
}
