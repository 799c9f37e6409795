/// Everything that is wrong with a configuration, told at once.
package struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
    /// One thing that is wrong.
    package struct Problem: Sendable, Equatable, CustomStringConvertible {
        /// Where: `file:line:column`, `environment NAME` or `--set KEY`.
        package let origin: String
        /// What, and what to do about it. Never holds the value of a secret key.
        package let message: String

        /// One line.
        package var description: String { "\(origin): \(message)" }
    }

    /// In the order of the sources, and of the lines of a file; never empty.
    package let problems: [Problem]

    /// Makes an error of at least one problem.
    package init(problems: [Problem]) { self.problems = problems }

    /// One line a problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
