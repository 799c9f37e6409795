internal import GRDB

/// Reads the columns of a statement's current row in order. A damaged file may hold anything anywhere, so a value of
/// another type is an answer, not a crash.
struct RowReader {
    private let statement: SQLiteStatement
    private var column: CInt = 0

    init(_ statement: Statement) { self.statement = statement.sqliteStatement }

    private mutating func next() -> DatabaseValue.Storage {
        defer { column += 1 }
        return DatabaseValue(sqliteStatement: statement, index: column).storage
    }

    mutating func integer() -> Int64? {
        if case .int64(let value) = next() { value } else { nil }
    }

    mutating func integer<Integer: FixedWidthInteger>(as type: Integer.Type) -> Integer? {
        integer().flatMap { Integer(exactly: $0) }
    }

    /// A whole number in a REAL column comes back as a double, whatever the file stores.
    mutating func real() -> Double? {
        if case .double(let value) = next() { value } else { nil }
    }

    mutating func text() -> String? {
        if case .string(let value) = next() { value } else { nil }
    }

    mutating func blob() -> [UInt8]? {
        if case .blob(let value) = next() { Array(value) } else { nil }
    }

    /// The outer `nil` is a value of another type.
    mutating func optionalInteger() -> Int64?? {
        switch next() {
        case .null: .some(nil)
        case .int64(let value): .some(value)
        default: nil
        }
    }

    /// The outer `nil` is a value of another type.
    mutating func optionalText() -> String?? {
        switch next() {
        case .null: .some(nil)
        case .string(let value): .some(value)
        default: nil
        }
    }
}

extension Statement {
    /// Calls `body` for every row of the result.
    func forEachRow(_ body: (inout RowReader) throws -> Void) throws {
        let cursor = try Row.fetchCursor(self)
        while try cursor.next() != nil {
            var reader = RowReader(self)
            try body(&reader)
        }
    }
}
