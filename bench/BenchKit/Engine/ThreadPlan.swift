/// How many threads play a run, and where they find room for its sockets.
struct ThreadPlan: Sendable {
    let count: Int
    /// Whether the sockets of all threads are more than one table of open files may hold.
    let needOwnTables: Bool
    /// Sockets that fit into one table.
    let fittingSockets: Int
    private let cores: Int

    /// Time between two turns of a thread at sending, at least, in nanoseconds: where threads share cores, a turn for
    /// every datagram would go into switching between them.
    var turnInterval: UInt64 { count > cores ? 1_000_000 : 0 }

    /// Throws where the plan's players do not fit, not even with a table for each thread.
    init(_ plan: RunPlan, cores: Int, fittingSockets: Int) throws(BenchError) {
        self.fittingSockets = fittingSockets
        self.cores = cores
        let wanted = plan.threadCount(cores: cores)
        guard plan.players > fittingSockets else {
            count = wanted
            needOwnTables = false
            return
        }
        let sessionsPerTable = fittingSockets / (plan.clients + 1)
        guard sessionsPerTable > 0, !plan.findsLossFree else {
            throw DescriptorLimit.error(needed: plan.players, fitting: fittingSockets)
        }
        count = max(wanted, (plan.sessions + sessionsPerTable - 1) / sessionsPerTable)
        needOwnTables = true
    }
}
