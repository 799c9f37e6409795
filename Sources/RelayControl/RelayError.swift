/// What a caller of the API did wrong, or what the relay cannot do now. One file in RelayHTTP maps the codes to
/// statuses.
package struct RelayError: Error, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        /// The request is not well-formed (400).
        case invalid
        /// No or a wrong key (401).
        case unauthenticated
        /// The key lacks the scope (403).
        case forbidden
        /// No such thing (404).
        case notFound
        /// The state of the thing forbids it (409).
        case conflict
        /// It is another request than the one that it says it is (422).
        case mismatch
        /// Too many requests (429).
        case tooMany
        /// Capacity, filters, start-up, a disk that does not answer (503).
        case unavailable
    }

    package var code: Code
    /// What happened, with which value, and what to do. Never holds a token or a key.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

extension String {
    /// The caller's own words, cut to so many Unicode scalars for a message. Not to characters: one may hold any number of
    /// accents, and so of bytes.
    func clipped(to count: Int) -> String {
        let start = String(UnicodeScalarView(unicodeScalars.prefix(count)))
        return start.utf8.count < utf8.count ? start + "…" : self
    }
}
