/// Why a run could not be made: what happened, with which value, and what to do.
///
/// The text is meant for a person at a terminal and never holds a key or a token.
package struct BenchError: Error, CustomStringConvertible, Equatable {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
