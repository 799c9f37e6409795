import Glibc
import RelaySystemd
import Testing

// Each runs in a process of its own, since all of it is about the environment.
@Suite struct NotificationTests {
    @Test func withoutAManagerThereIsNobodyToTell() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            #expect(ServiceNotifier.connect() == nil)
            #expect(DescriptorStore.connect() == nil)
        }
    }

    @Test func everyWordReachesTheManager() async throws {
        await #expect(processExitsWith: .success) {
            let manager = NotificationSocket()
            unsetenv("WATCHDOG_USEC")
            let notifier = try #require(ServiceNotifier.connect())
            #expect(notifier.watchdogInterval == nil)
            notifier.ready(status: "3 sessions\nWATCHDOG=trigger")
            #expect(manager.receive().text == "READY=1\nSTATUS=3 sessions WATCHDOG=trigger")
            notifier.status("4 sessions")
            #expect(manager.receive().text == "STATUS=4 sessions")
            notifier.reloading()
            let reload = manager.receive().text.split(separator: "\n")
            #expect(reload.first == "RELOADING=1")
            #expect(reload.last.map { $0.hasPrefix("MONOTONIC_USEC=") && $0.count > 16 } == true)
            notifier.stopping()
            #expect(manager.receive().text == "STOPPING=1")
            notifier.watchdog()
            #expect(manager.receive().text == "WATCHDOG=1")
            // Children of the daemon and later calls still need it.
            #expect(getenv("NOTIFY_SOCKET") != nil)
        }
    }

    @Test(arguments: [("5000000", true), ("0", false), ("", false)])
    func theManagersPatienceIsKnown(microseconds: String, isOn: Bool) async {
        await #expect(processExitsWith: .success) { [microseconds = microseconds as String, isOn = isOn as Bool] in
            let manager = NotificationSocket()
            if microseconds.isEmpty { unsetenv("WATCHDOG_USEC") } else { setenv("WATCHDOG_USEC", microseconds, 1) }
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(ServiceNotifier.connect()?.watchdogInterval == (isOn ? .seconds(5) : nil))
            withExtendedLifetime(manager) {}
        }
    }

    @Test func anotherProcessIsWatchedNotThisOne() async {
        await #expect(processExitsWith: .success) {
            let manager = NotificationSocket()
            setenv("WATCHDOG_USEC", "5000000", 1)
            setenv("WATCHDOG_PID", "1", 1)
            let notifier = try #require(ServiceNotifier.connect())
            #expect(notifier.watchdogInterval == nil)
            withExtendedLifetime(manager) {}
        }
    }

    @Test func aKeptDescriptorIsTheSameFileUnderItsName() async {
        await #expect(processExitsWith: .success) {
            let manager = NotificationSocket()
            let store = try #require(DescriptorStore.connect())
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            store.keep(ends[0], named: "state")
            let kept = manager.receive()
            #expect(kept.text == "FDSTORE=1\nFDNAME=state\nFDPOLL=0")
            let copy = try #require(kept.descriptors.first)
            #expect(kept.descriptors.count == 1 && copy != ends[0])
            #expect(write(ends[1], "x", 1) == 1)
            var byte: UInt8 = 0
            #expect(read(copy, &byte, 1) == 1 && byte == UInt8(ascii: "x"))
            store.forget(named: "state")
            #expect(manager.receive().text == "FDSTOREREMOVE=1\nFDNAME=state")
        }
    }

    @Test func settlingWaitsForTheManager() async {
        await #expect(processExitsWith: .success) {
            let manager = NotificationSocket()
            let store = try #require(DescriptorStore.connect())
            // Nobody reads, nobody closes the descriptor that came with the message.
            #expect(!store.settle(timeoutMilliseconds: 50))
            let barrier = manager.receive()
            #expect(barrier.text == "BARRIER=1")
            for number in barrier.descriptors { close(number) }
            let reader = pthread_t.reading(manager)
            #expect(store.settle(timeoutMilliseconds: 20_000))
            pthread_join(reader, nil)
        }
    }
}

extension pthread_t {
    /// A thread that takes one message and closes what came with it, as the manager does.
    fileprivate static func reading(_ manager: NotificationSocket) -> pthread_t {
        var thread = pthread_t()
        let context = UnsafeMutablePointer<NotificationSocket>.allocate(capacity: 1)
        context.initialize(to: manager)
        pthread_create(
            &thread,
            nil,
            { context in
                guard let manager = context?.assumingMemoryBound(to: NotificationSocket.self) else { return nil }
                for number in manager.pointee.receive().descriptors { close(number) }
                return nil
            },
            context
        )
        return thread
    }
}
