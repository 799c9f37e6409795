import Testing

@testable import RelayCore

@Suite("Layout of the tables")
struct LayoutTests {
    @Test("Each line is one cache line")
    func lines() {
        #expect(MemoryLayout<UserLine>.stride == 64)
        #expect(MemoryLayout<SessionLine>.stride == 64)
        #expect(MemoryLayout<SessionBook>.stride == 64)
        #expect(MemoryLayout<Roaming>.stride == 64)
        #expect(MemoryLayout<BoundEndpoint>.stride == 48)
    }

    @Test("The endpoint stands where both lines say it stands")
    func endpointOffset() {
        #expect(MemoryLayout<UserLine>.offset(of: \.endpoint) == BoundEndpoint.offsetInLine)
        #expect(MemoryLayout<SessionLine>.offset(of: \.endpoint) == BoundEndpoint.offsetInLine)
    }

    @Test("An endpoint begins with what the kernel calls a socket address")
    func socketAddress() {
        #expect(MemoryLayout<BoundEndpoint>.offset(of: \.head) == 0)
        #expect(MemoryLayout<BoundEndpoint>.offset(of: \.high) == 8)
        #expect(MemoryLayout<BoundEndpoint>.offset(of: \.low) == 16)
        #expect(MemoryLayout<BoundEndpoint>.offset(of: \.scope) == 24)
        #expect(MemoryLayout<PeerEndpoint>.offset(of: \.scope) == 24)
    }

    @Test("Empty lines are zero bytes, as fresh memory is")
    func blanks() {
        func isZero<Line>(_ line: Line) -> Bool { withUnsafeBytes(of: line) { $0.allSatisfy { $0 == 0 } } }
        #expect(isZero(UserLine.blank))
        #expect(isZero(SessionLine.blank))
        #expect(isZero(SessionBook.blank))
        #expect(isZero(Roaming.blank))
    }

    @Test(
        "Tables follow each other on whole lines and do not overlap",
        arguments: [(1, 1), (1_000, 30), (1 << 20, 100_000)]
    )
    func regions(users: Int, sessions: Int) {
        let layout = EngineLayout(userCapacity: users, sessionCapacity: sessions)
        let tables = [
            (layout.users, users * 64), (layout.userRoaming, users * 64), (layout.sessions, sessions * 64),
            (layout.sessionBooks, sessions * 64), (layout.sessionRoaming, sessions * 64),
            (layout.held, HeldPool.byteCount), (layout.credentialsIndex, SlotIndex.entryCount(for: users) * 4),
            (layout.connectionIndex, SlotIndex.entryCount(for: users) * 4),
            (layout.sessionIndex, SlotIndex.entryCount(for: sessions) * 4),
        ]
        var end = 0
        for (start, length) in tables {
            #expect(start >= end)
            #expect(start % 64 == 0)
            end = start + length
        }
        #expect(layout.byteCount >= end)
    }

    @Test("Flags and session slot of a user's line do not touch each other")
    func userLineFlags() {
        var line = UserLine.blank
        line.session = 0x00FF_FFFE
        line.isPinned = true
        line.isRoaming = true
        #expect(line.session == 0x00FF_FFFE)
        #expect(!line.isDeparted)
        line.session = 3
        #expect(line.isPinned && line.isRoaming && line.session == 3)
        line.isPinned = false
        #expect(line.isRoaming && !line.isPinned && line.session == 3)
    }
}
