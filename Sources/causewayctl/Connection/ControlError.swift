/// Why an order could not be given, in words for the person at the terminal.
struct ControlError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
