import Testing

@testable import RelayPlane

@Suite("What the kernel dropped")
struct KernelLossesTests {
    @Test("What no queue of the namespace lost was filtered")
    func split() {
        let losses = KernelLosses(drops: 100, filters: true, namespaceLosses: 7)
        #expect(losses.totals(drops: 100, namespaceLosses: 7) == .init())
        #expect(losses.totals(drops: 150, namespaceLosses: 7) == .init(overflows: 0, filtered: 50))
        #expect(losses.totals(drops: 160, namespaceLosses: 11) == .init(overflows: 4, filtered: 56))
    }

    @Test("A loss that the sockets tell a moment later than the namespace is found again")
    func late() {
        let losses = KernelLosses(drops: 0, filters: true, namespaceLosses: 0)
        #expect(losses.totals(drops: 0, namespaceLosses: 5) == .init())
        #expect(losses.totals(drops: 5, namespaceLosses: 5) == .init(overflows: 5, filtered: 0))
    }

    @Test("What another program lost a while ago does not pass for ours")
    func others() {
        let losses = KernelLosses(drops: 0, filters: true, namespaceLosses: 0)
        _ = losses.totals(drops: 0, namespaceLosses: 5)
        _ = losses.totals(drops: 0, namespaceLosses: 5)
        #expect(losses.totals(drops: 5, namespaceLosses: 5) == .init(overflows: 0, filtered: 5))
    }

    @Test(
        "Without a filter, and where the namespace cannot be asked, all of it is lost in queues",
        arguments: [true, false]
    )
    func plain(filters: Bool) {
        let losses = KernelLosses(drops: 0, filters: filters, namespaceLosses: nil)
        #expect(losses.totals(drops: 9, namespaceLosses: filters ? nil : 0) == .init(overflows: 9, filtered: 0))
    }
}
