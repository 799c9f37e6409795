internal import NIOCore
internal import Synchronization

/// What the clients of all listeners are owed together.
final class OwedAnswersBook: Sendable {
    private let owed: Mutex<OwedAnswers>
    /// Every listener's, to find a connection that is to be cut off.
    private let tables = Mutex<[ConnectionTable]>([])

    init(total: Int, perSource: Int) { owed = Mutex(OwedAnswers(total: total, perSource: perSource)) }

    func join(_ table: ConnectionTable) { tables.withLock { $0.append(table) } }

    /// All tables that joined.
    var members: [ConnectionTable] { tables.withLock { $0 } }

    /// Bytes owed to all.
    var bytes: Int { owed.withLock { $0.bytes } }

    /// - Parameter isOwed: false to ask only whether there is room.
    func owe(_ bytes: Int, by connection: ServedConnection, isOwed: Bool) -> OwedAnswers.Refusal? {
        let debtor = OwedAnswers.Debtor(id: connection.id, source: connection.source, isProven: connection.isProven)
        let (refusal, cut) = owed.withLock {
            isOwed ? $0.owe(bytes, by: debtor, now: .now) : $0.makeRoom(for: bytes, of: debtor, now: .now)
        }
        for id in cut {
            for table in members where table.cutOff(id) { break }
        }
        return refusal
    }

    func progress(_ id: UInt64) { owed.withLock { $0.progress(id, now: .now) } }

    func paid(_ bytes: Int, by id: UInt64) { owed.withLock { $0.paid(bytes, by: id, now: .now) } }

    func close(_ id: UInt64) { owed.withLock { $0.close(id) } }
}
