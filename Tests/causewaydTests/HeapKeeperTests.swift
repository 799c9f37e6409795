import Testing

@testable import causewayd

@Suite("When freed memory is given back")
struct HeapKeeperTests {
    private static func megabytes(_ count: Int) -> Int { count << 20 }

    @Test("It is once the daemon has grown by much, and again only when it has grown anew")
    func growth() {
        var keeper = HeapKeeper(resident: Self.megabytes(50))
        #expect(keeper.look(resident: Self.megabytes(60)) == false)
        #expect(keeper.look(resident: Self.megabytes(200)) == true)
        keeper.trimmed(to: Self.megabytes(190))
        #expect(keeper.look(resident: Self.megabytes(195)) == false, "it is all in use")
        #expect(keeper.look(resident: Self.megabytes(100)) == false)
        #expect(keeper.look(resident: Self.megabytes(116)) == true, "it has shrunk by itself and grown anew")
    }
}
