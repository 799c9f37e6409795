/// What a measurement of the API's speed does: how many sessions it asks for, how fast, over how many connections.
package struct CreationPlan: Sendable, Equatable {
    /// When it ends.
    package enum Length: Sendable, Equatable {
        /// After so many sessions.
        case count(Int)
        /// With the last create that is due within this time.
        case duration(Duration)
    }

    /// Connections that stay open; each has one create under way.
    package var connections = 64
    /// Users of each session, the host among them.
    package var users = 9
    /// Creates a second, planned beforehand whatever the API takes for each; 0 sends them as fast as answers come.
    package var rate = 0.0
    package var length = Length.duration(.seconds(5))

    package init() {}

    /// Throws for a plan that cannot be run, with the value and the range it must lie in.
    package func validate() throws(BenchError) {
        guard connections >= 1, connections <= 10_000 else {
            throw BenchError("--connections is \(connections); it must be 1 to 10000.")
        }
        guard users >= 1, users <= 65_536 else {
            throw BenchError("--users is \(users); it must be 1 to 65536, the host among them.")
        }
        guard rate >= 0, rate <= 1_000_000 else {
            throw BenchError("--rate is \(rate); it must be 1000000 creates a second at most, or 0 for no limit.")
        }
        switch length {
        case .count(let count):
            guard count >= 1, count <= 10_000_000 else {
                throw BenchError("--count is \(count); it must be 1 to 10000000 sessions.")
            }
        case .duration(let duration):
            guard duration >= .milliseconds(10), duration <= .seconds(86_400) else {
                throw BenchError("--duration must be 10ms to 1d.")
            }
        }
    }
}
