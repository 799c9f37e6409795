/// Events on their way up, a fixed number of them: whoever drives the engine drains it after every batch and every sweep,
/// and neither can raise more than fit in between. Of what a session's confirmation tells, the rest is told by the next one.
struct EventQueue {
    static let capacity = 4_096

    private let events: UnsafeMutablePointer<PlaneEvent>
    private(set) var count = 0

    static func allocate() -> EventQueue {
        EventQueue(events: .allocate(capacity: capacity))
    }

    private init(events: UnsafeMutablePointer<PlaneEvent>) {
        self.events = events
    }

    func deallocate() {
        events.deallocate()
    }

    var isNearlyFull: Bool { count > Self.capacity / 2 }

    mutating func append(_ event: PlaneEvent) {
        guard count < Self.capacity else { return }
        (events + count).initialize(to: event)
        count += 1
    }

    mutating func removeAll(_ receive: (PlaneEvent) -> Void) {
        for index in 0..<count { receive(events[index]) }
        count = 0
    }
}
