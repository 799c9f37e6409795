/// Why an order could not be given, in words for the person at the terminal.
struct ControlError: Error, Equatable, CustomStringConvertible {
    let description: String
    /// Whether the daemon said that what was named is not there.
    let isNotFound: Bool

    init(_ description: String, isNotFound: Bool = false) {
        self.description = description
        self.isNotFound = isNotFound
    }
}
