import Testing

@testable import causewayd

@Suite("When freed memory is given back")
struct HeapKeeperTests {
    private static func megabytes(_ count: Int) -> Int { count << 20 }

    @Test("It is once the daemon has grown by much")
    func growth() {
        var keeper = HeapKeeper(resident: Self.megabytes(50))
        #expect(keeper.look(resident: Self.megabytes(60), at: 5) == false)
        #expect(keeper.look(resident: Self.megabytes(200), at: 10) == true)
    }

    @Test("Memory that was in use at the first look and was freed since is given back soon after")
    func freedLater() {
        var keeper = HeapKeeper(resident: Self.megabytes(50))
        #expect(keeper.look(resident: Self.megabytes(200), at: 5) == true)
        keeper.noteTrim(from: Self.megabytes(200), to: Self.megabytes(199), at: 5)
        #expect(
            keeper.look(resident: Self.megabytes(199), at: 10) == false,
            "a look that gave nothing is not repeated at once"
        )
        #expect(keeper.look(resident: Self.megabytes(199), at: 15) == true)
        keeper.noteTrim(from: Self.megabytes(199), to: Self.megabytes(55), at: 15)
        #expect(keeper.look(resident: Self.megabytes(55), at: 20) == false)
    }

    @Test("A daemon that needs its memory is looked at ever less often, and at once when it grows anew")
    func needed() {
        var keeper = HeapKeeper(resident: Self.megabytes(50))
        var looks = 0
        for second in stride(from: 5.0, through: 3_600, by: 5)
        where keeper.look(resident: Self.megabytes(300), at: second) {
            looks += 1
            keeper.noteTrim(from: Self.megabytes(300), to: Self.megabytes(300), at: second)
        }
        #expect((5...20).contains(looks))
        #expect(keeper.look(resident: Self.megabytes(320), at: 3_605) == true)
    }
}
