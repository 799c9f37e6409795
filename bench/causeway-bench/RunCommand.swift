internal import ArgumentParser
internal import BenchKit
internal import Glibc

/// `causeway-bench run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Plays many sessions through a relay and checks every byte that arrives.",
        discussion: """
            Creates the sessions through the relay's HTTP API, plays one host and its clients in each, every player on a \
            UDP socket of its own, and deletes the sessions in the end. Every datagram has a planned send time that \
            nothing delays, and latency counts from it.

            With --forwarder no API is asked: the same players measure any forwarder, also a TURN server or a plain UDP \
            proxy. --flood and --find-loss-free look for its limits, --watch-pid for what it costs.

            Example: CAUSEWAY_KEY=... causeway-bench run --sessions 100 --clients 8 --rate 30 --size 120 --duration 10s

            Exit status: 0 success (a flood and a search may lose datagrams), 1 loss or wrong datagrams, 2 could not run, 3 the generator was the bottleneck, \
            130 ended by Ctrl-C.
            """
    )

    @OptionGroup(title: "Relay") var relay: RelayOptions
    @OptionGroup(title: "Load") var load: LoadOptions
    @OptionGroup(title: "Method") var method: MethodOptions

    @Flag(help: "Print one JSON object with all figures instead of the summary.")
    var json = false

    @Flag(help: "Show the progress line even with --json or when standard error is no terminal.")
    var progress = false

    @Flag(help: "Leave the sessions at the relay instead of deleting them in the end.")
    var keep = false

    mutating func run() async throws {
        var plan = load.plan
        plan.wire = relay.wire
        method.apply(to: &plan)
        try plan.validate()
        let provider = try relay.provider(for: plan)
        let isLive = progress || (!json && isatty(STDERR_FILENO) == 1)
        let observer = TerminalObserver(isLive: isLive)
        let control = RunControl()
        let signals = Task { await Interrupts.pass(to: control) }
        let outcome: Result<RunReport, any Error>
        do {
            let run = BenchRun(
                plan: plan,
                provider: provider.sessions,
                control: control,
                observer: observer
            )
            outcome = .success(try await run.run(keepsSessions: keep))
        } catch {
            outcome = .failure(error)
        }
        signals.cancel()
        await provider.shutdown()
        observer.clear()
        let report: RunReport
        do {
            report = try outcome.get()
        } catch let error as BenchError where control.isInterrupted {
            Terminal.complain(error.description)
            throw ExitCode(ExitStatus.interrupted)
        }
        print(json ? try report.json() : report.text())
        throw ExitCode(report.exitCode)
    }
}
