internal import Glibc
internal import NIOCore
internal import RelayNet
internal import Synchronization

/// A connection that a listener has accepted, as its place and its debts are counted.
final class ServedConnection: Sendable {
    /// The connection whose request is being answered.
    @TaskLocal static var current: ServedConnection?

    private struct State {
        var isProven: Bool
        /// Bytes of the answers that were made and whose heads are not written yet, in order.
        var reserved = CircularBuffer<Int>()
        /// Whether an answer goes on for as long as somebody reads it.
        var isStreaming = false
        var isClosed = false
    }

    let id: UInt64
    /// `nil` for a trusted proxy or a Unix socket, which stand for many.
    let source: IPNetwork?
    private let channel: any Channel
    private let table: ConnectionTable
    private let state: Mutex<State>

    /// - Parameter isProven: whether it counts as the holder of an API key from the start.
    init(id: UInt64, source: IPNetwork?, isProven: Bool, channel: any Channel, table: ConnectionTable) {
        self.id = id
        self.source = source
        self.channel = channel
        self.table = table
        state = Mutex(State(isProven: isProven))
    }

    var isProven: Bool { state.withLock { $0.isProven } }

    /// Notes that a request has begun.
    /// - Parameter hasKey: asked at most once with a good outcome: whether the request has a valid API key.
    /// - Returns: whether it may be served.
    func beginRequest(hasKey: () -> Bool) -> Bool {
        if !isProven, hasKey() {
            state.withLock { $0.isProven = true }
            table.prove(id)
        }
        return table.setBusy(id)
    }

    /// Notes that every request is answered.
    func becomeIdle() { table.setIdle(id) }

    /// Whether anybody is there to answer.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// - Returns: why no answer may be made, since too much is unread already.
    func refusalBeforeWork() -> OwedAnswers.Refusal? { table.owe(1, by: self, isOwed: false) }

    /// Makes room for the answer that comes next.
    /// - Parameter bytes: of its body; 0 where they are not known yet.
    /// - Returns: why there is none: then the answer is not to be sent, but a short one that says so.
    func reserve(_ bytes: Int) -> OwedAnswers.Refusal? {
        guard bytes > AnswerAccount.small else {
            state.withLock { $0.reserved.append(0) }
            return nil
        }
        let refusal = table.owe(bytes, by: self)
        state.withLock { $0.reserved.append(refusal == nil ? bytes : 0) }
        return refusal
    }

    /// The bytes that were reserved for the answer whose head is written now.
    func takeReserved() -> Int { state.withLock { $0.reserved.popFirst() ?? 0 } }

    /// Counts bytes of an answer that nobody reserved room for.
    /// - Returns: whether they may be written.
    func owe(_ bytes: Int) -> Bool { table.owe(bytes, by: self) == nil }

    /// Notes that the client took some of what it is owed.
    func progress() { table.progress(id) }

    /// Notes that so many bytes are not owed any more.
    func paid(_ bytes: Int) { table.paid(bytes, by: id) }

    /// Begins an answer that ends when the connection does.
    /// - Returns: whether there is anybody to read it.
    func beginStream() -> Bool {
        state.withLock {
            $0.isStreaming = true
            return !$0.isClosed
        }
    }

    /// Waits until the connection is closed.
    /// - Returns: whether an answer was going on that has no other end.
    func streamIsCutOff() async -> Bool {
        try? await channel.closeFuture.get()
        return state.withLock { $0.isStreaming }
    }

    func closed() { state.withLock { $0.isClosed = true } }

    /// Ends the connection; what is written is still delivered.
    func close() { channel.close(promise: nil) }

    /// Ends the connection since it does not take what it asked for.
    func cutOff() { table.cutOff(id) }

    /// Ends the connection at once, and the kernel keeps nothing of what it has not delivered (SO_LINGER of 0, socket(7)).
    func abort() {
        guard let options = channel as? any SocketOptionProvider else { return close() }
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { [channel] _ in channel.close(promise: nil) }
    }
}
