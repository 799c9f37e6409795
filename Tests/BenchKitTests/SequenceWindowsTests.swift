import BenchKit
import Testing

@Suite("Sequence windows")
struct SequenceWindowsTests {
    @Test("Numbers in order are new, a repeated one is a duplicate")
    func order() {
        var windows = SequenceWindows(flows: 1, span: 64)
        for sequence in 0..<1000 as Range<UInt32> {
            #expect(windows.note(flow: 0, sequence: sequence) == .inOrder)
            #expect(windows.note(flow: 0, sequence: sequence) == .duplicate)
        }
    }

    @Test("A number that comes after a newer one is reordered once and then a duplicate")
    func reordering() {
        var windows = SequenceWindows(flows: 1, span: 64)
        #expect(windows.note(flow: 0, sequence: 5) == .inOrder)
        #expect(windows.note(flow: 0, sequence: 3) == .reordered)
        #expect(windows.note(flow: 0, sequence: 3) == .duplicate)
        #expect(windows.note(flow: 0, sequence: 5) == .duplicate)
        #expect(windows.note(flow: 0, sequence: 4) == .reordered)
        #expect(windows.note(flow: 0, sequence: 6) == .inOrder)
    }

    @Test("Numbers within the span are remembered, older ones are too old")
    func span() {
        var windows = SequenceWindows(flows: 1, span: 100)
        #expect(windows.span == 128)
        #expect(windows.note(flow: 0, sequence: 0) == .inOrder)
        #expect(windows.note(flow: 0, sequence: 127) == .inOrder)
        #expect(windows.note(flow: 0, sequence: 0) == .duplicate)
        #expect(windows.note(flow: 0, sequence: 128) == .inOrder)
        #expect(windows.note(flow: 0, sequence: 0) == .tooOld)
        #expect(windows.note(flow: 0, sequence: 1) == .reordered)
    }

    @Test("A gap longer than the span forgets everything before it", arguments: [64, 65, 128, 1_000_000] as [UInt32])
    func gap(length: UInt32) {
        var windows = SequenceWindows(flows: 1, span: 64)
        for sequence in 0..<64 as Range<UInt32> { _ = windows.note(flow: 0, sequence: sequence) }
        let newest = 63 + length
        #expect(windows.note(flow: 0, sequence: newest) == .inOrder)
        for back in 1..<64 as Range<UInt32> where newest - back > 63 {
            #expect(windows.note(flow: 0, sequence: newest - back) == .reordered, "\(back) behind")
        }
        #expect(windows.note(flow: 0, sequence: newest) == .duplicate)
    }

    @Test("Flows do not see each other")
    func flows() {
        var windows = SequenceWindows(flows: 3, span: 64)
        #expect(windows.note(flow: 1, sequence: 9) == .inOrder)
        #expect(windows.note(flow: 0, sequence: 9) == .inOrder)
        #expect(windows.note(flow: 2, sequence: 9) == .inOrder)
        #expect(windows.note(flow: 1, sequence: 9) == .duplicate)
    }

    @Test("Random arrivals are judged as by a set of all numbers seen")
    func againstSet() {
        var state: UInt64 = 42
        var windows = SequenceWindows(flows: 1, span: 256)
        var seen: Set<UInt32> = []
        var newest: UInt32 = 0
        for step in 0..<20_000 {
            state = Mixer.mix(state &+ UInt64(step))
            let base = UInt32(step / 4) + 300
            let sequence = base - UInt32(state % 200)
            let expected: SequenceWindows.Arrival =
                seen.contains(sequence) ? .duplicate : seen.isEmpty || sequence > newest ? .inOrder : .reordered
            #expect(windows.note(flow: 0, sequence: sequence) == expected, "step \(step)")
            seen.insert(sequence)
            newest = max(newest, sequence)
        }
    }
}
