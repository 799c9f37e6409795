/// What is owed of the answer that is being written.
struct AnswerAccount {
    /// Bytes that are written at once, so that it shows whether a client takes any.
    static let piece = 64 << 10
    /// What is always written, so that a refusal gets out too.
    static let small = 1 << 10

    private let connection: ServedConnection
    /// Bytes that room was made for and that are not written yet.
    private var reserved = 0

    init(connection: ServedConnection) { self.connection = connection }

    /// The answer's head is written.
    mutating func begin() { reserved = connection.takeReserved() }

    /// - Returns: whether so many bytes of the body may be written; they are owed from now on.
    mutating func mayWrite(_ bytes: Int) -> Bool {
        if bytes <= reserved {
            reserved -= bytes
            return true
        }
        return bytes == 0 || connection.owe(bytes) || bytes <= Self.small
    }

    /// The answer's end is written: what was reserved and did not come is not owed.
    mutating func end() {
        if reserved > 0 { connection.paid(reserved) }
        reserved = 0
    }
}
