// The whole state machine of RelayCore: an input is a program of datagrams, commands, sweeps and jumps of the clock, run by
// the engine and by its slow twin. Duel compares them after every step, and checks what needs no twin: at most one datagram
// out for one in, none longer than its cause, every datagram accounted for, nothing forwarded for wrong tokens.
import FuzzDriver
import TestSupport

Fuzzer.run { bytes in
    var reader = ProgramReader(bytes)
    let program = reader.read()
    guard case .differed = Duel.run(program, isExact: true) else { return }
    let shortest = Duel.shrink(program, isExact: true)
    guard case .differed(let event, let difference) = Duel.run(shortest, isExact: true) else {
        Fuzzer.fail("engine and twin differ, but not twice")
    }
    print("\(shortest.settings), \(shortest.guesses)")
    for event in shortest.events { print("  \(event)") }
    Fuzzer.fail("event \(event): \(difference)")
}
