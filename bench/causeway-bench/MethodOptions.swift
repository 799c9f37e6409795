internal import ArgumentParser
internal import BenchKit

/// What is measured, and how.
struct MethodOptions: ParsableArguments {
    @Flag(help: "Send as fast as the kernel takes it for --warmup and --duration; --rate means nothing.")
    var flood = false

    @Flag(help: "Hand the kernel what one player sends in a row as one message (with --flood, --find-loss-free).")
    var together = false

    @Flag(help: "Never sleep while sending: wants a core of its own, and no relay pays for waking the generator.")
    var spin = false

    @Flag(help: "Look for the highest total rate without a single loss; --rate and --duration mean nothing.")
    var findLossFree = false

    @Option(help: "Read and verify one datagram in so many and let the kernel count the others; 1 reads all.")
    var sample = RunPlan().sample

    @Option(help: ArgumentHelp("Process of the forwarder, whose processor time is measured.", valueName: "pid"))
    var watchPid: Int32?

    /// Adds the options to a plan.
    func apply(to plan: inout RunPlan) {
        plan.flood = flood
        plan.together = together
        plan.spins = spin
        plan.findsLossFree = findLossFree
        plan.sample = sample
        plan.watchedProcess = watchPid
    }
}
