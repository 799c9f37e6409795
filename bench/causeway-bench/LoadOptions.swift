internal import ArgumentParser
internal import BenchKit

/// A duration on the command line, such as `10s` or `500ms`.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = Duration(text: argument) else { return nil }
        self.init(duration)
    }

    var defaultValueDescription: String {
        let milliseconds = duration.inNanoseconds / 1_000_000
        return milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

extension RunPlan.Direction: ExpressibleByArgument {}
extension RunPlan.Family: ExpressibleByArgument {}
extension RunPlan.Wire: ExpressibleByArgument {}
extension RunPlan.Order: ExpressibleByArgument {}

/// How many players send how much for how long.
struct LoadOptions: ParsableArguments {
    @Option(help: "Sessions to create.")
    var sessions = RunPlan().sessions

    @Option(help: "Clients in each session, beside its host.")
    var clients = RunPlan().clients

    @Option(help: "Datagrams per second of each client; its host sends as many back to it.")
    var rate = RunPlan().rate

    @Option(help: "Payload bytes of each datagram, 32 to 1187.")
    var size = RunPlan().size

    @Option(help: "Time measured, such as 10s, 500ms or 2m.")
    var duration = DurationArgument(RunPlan().duration)

    @Option(help: "Time before it that is verified but left out of the figures.")
    var warmup = DurationArgument(RunPlan().warmup)

    @Option(help: "Datagrams from clients to hosts (up), from hosts to clients (down), or both ways.")
    var direction = RunPlan().direction

    @Option(help: "IP version of the players; mixed lets hosts and clients alternate, so that sessions cross.")
    var family = RunPlan().family

    @Option(help: "Loss in percent up to which the run is a success.")
    var allowLoss = RunPlan().allowedLossPercent

    @Option(help: "Sending threads. (default: one for every 60,000 datagrams a second)")
    var threads: Int?

    @Option(help: "Moves the phase of every flow; the same seed gives the same schedule.")
    var seed = RunPlan().seed

    @Option(help: "Longest wait for stragglers in the end.")
    var drain = DurationArgument(RunPlan().drain)

    @Option(help: "Delay of the generator itself, 99th percentile, past which the run is invalid.")
    var tolerance = DurationArgument(RunPlan().tolerance)

    @Option(help: "What follows each other: datagrams of different sessions (spread), or all flows of one (burst).")
    var order = RunPlan().order

    @Option(help: "Datagrams that a flow sends back to back when its turn comes; the rate stays.")
    var burst = RunPlan().burst

    /// The plan that the options describe, the method left out.
    var plan: RunPlan {
        var plan = RunPlan()
        plan.order = order
        plan.burst = burst
        plan.sessions = sessions
        plan.clients = clients
        plan.rate = rate
        plan.size = size
        plan.duration = duration.duration
        plan.warmup = warmup.duration
        plan.direction = direction
        plan.family = family
        plan.allowedLossPercent = allowLoss
        plan.threads = threads
        plan.seed = seed
        plan.drain = drain.duration
        plan.tolerance = tolerance.duration
        return plan
    }
}
