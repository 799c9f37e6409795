import Testing

@testable import RelayPlane

@Suite("What the kernel dropped")
struct KernelLossesTests {
    @Test("What no queue of the namespace lost was filtered")
    func split() {
        var losses = Looked(filters: true, drops: 100, namespaceLosses: 7)
        #expect(losses.totals(drops: 100, namespaceLosses: 7) == .init())
        #expect(losses.totals(drops: 150, namespaceLosses: 7) == .init(overflows: 0, filtered: 50))
        #expect(losses.totals(drops: 160, namespaceLosses: 11) == .init(overflows: 4, filtered: 56))
    }

    @Test("A loss that the sockets tell a moment later than the namespace is found again")
    func late() {
        var losses = Looked(filters: true, drops: 0, namespaceLosses: 0)
        #expect(losses.totals(drops: 0, namespaceLosses: 5) == .init())
        #expect(losses.totals(drops: 5, namespaceLosses: 5) == .init(overflows: 5, filtered: 0))
    }

    @Test("What another program lost a while ago does not pass for ours")
    func others() {
        var losses = Looked(filters: true, drops: 0, namespaceLosses: 0)
        for _ in 0..<4 { _ = losses.totals(drops: 0, namespaceLosses: 5) }
        #expect(losses.totals(drops: 5, namespaceLosses: 5) == .init(overflows: 0, filtered: 5))
    }

    @Test(
        "Without a filter, and where the namespace cannot be asked, all of it is lost in queues",
        arguments: [true, false]
    )
    func plain(filters: Bool) {
        var losses = Looked(filters: filters, drops: 0, namespaceLosses: nil)
        #expect(losses.totals(drops: 9, namespaceLosses: filters ? nil : 0) == .init(overflows: 9, filtered: 0))
    }
}

/// Looks a second later each time.
private struct Looked: ~Copyable {
    let losses: KernelLosses
    var now: UInt64 = 0

    init(filters: Bool, drops: UInt64, namespaceLosses: UInt64?) {
        losses = KernelLosses(filters: filters)
        losses.begin(now: 0, drops: drops, namespaceLosses: namespaceLosses)
    }

    mutating func totals(drops: UInt64, namespaceLosses: UInt64?) -> KernelLosses.Totals {
        now += 1_000
        return losses.totals(now: now, drops: { drops }, namespaceLosses: { namespaceLosses })
    }
}
