/// What all forms of the log have in common.
package enum LogText {
    /// Characters of a value or message that are written at most.
    package static let longestValue = 512

    /// The text, cut where it is too long for a line of a log.
    package static func cut(_ text: String) -> String {
        text.count > longestValue ? text.prefix(longestValue) + "…" : text
    }
}
