internal import BenchKit
internal import Glibc
internal import UnixSignals

/// What Ctrl-C and SIGTERM do.
enum Interrupts {
    /// The first signal ends the run in good order, the second ends the process.
    static func pass(to control: RunControl) async {
        var count = 0
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            count += 1
            guard count == 1 else { Glibc.exit(ExitStatus.interrupted) }
            control.interrupt()
        }
    }
}
