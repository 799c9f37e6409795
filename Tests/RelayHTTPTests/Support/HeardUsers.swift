import Synchronization

/// What the data plane would say of users: milliseconds since they were heard.
final class HeardUsers: Sendable {
    private let silences = Mutex<[UInt32: UInt32]>([:])

    func set(_ silence: UInt32?, user token: UInt32) { silences.withLock { $0[token] = silence } }

    func silences(ofUsers tokens: [UInt32], inSession session: UInt32) -> [UInt32?] {
        silences.withLock { silences in tokens.map { silences[$0] } }
    }
}
