import Foundation
import Glibc
import Testing

/// A database that lost its tail, or is gone: a revoked token never comes back without a word.
@Suite(.showsLogOnFailure) struct LostTailTests {
    private static let database = "causeway.db"

    /// What happens to the files of a killed daemon.
    enum Damage: String, CaseIterable {
        case logDeleted, logCut, databaseDeleted, databaseEmptied, bothDeleted, allButTheLockDeleted
    }

    private static func apply(_ damage: Damage, in state: String) {
        func remove(_ names: String...) { for name in names { unlink("\(state)/\(name)") } }
        let log = "\(database)-wal"
        switch damage {
        case .logDeleted: remove(log, "\(database)-shm")
        case .logCut:
            var status = stat()
            stat("\(state)/\(log)", &status)
            truncate("\(state)/\(log)", status.st_size - 9_000)
            remove("\(database)-shm")
        case .databaseDeleted: remove(database)
        case .databaseEmptied: truncate("\(state)/\(database)", 0)
        case .bothDeleted: remove(database, log, "\(database)-shm")
        case .allButTheLockDeleted: remove(database, log, "\(database)-shm", "ballast")
        }
    }

    @Test(
        "A database that lost what it had acknowledged is refused with words; accepted, it is counted",
        arguments: Damage.allCases
    )
    func refused(damage: Damage) throws {
        let daemon = try TestDaemon(.init())
        try daemon.start()
        let session = try daemon.api.createSession(users: Array(repeating: "127.0.0.1", count: 3))
        try daemon.api.removeUser(session.users[2].token, from: session)
        for _ in 0..<4 { _ = try daemon.api.createSession() }
        daemon.kill()
        let state = daemon.scratch.path("state")
        Self.apply(damage, in: state)

        try daemon.start(awaitReady: false)
        let ending = daemon.process?.wait(within: .seconds(30))
        #expect(ending == .exited(1), "\(damage): \(String(describing: ending))\n\(daemon.logTail)")
        if ending == nil { daemon.kill() }
        #expect(daemon.log.contains("--accept-lost-tail"), "\(daemon.logTail)")
        #expect(!daemon.log.contains("Fatal error"))

        let settings = ["state.directory=\(state)"]
        let accepting = try TestDaemon(.init(settings: settings, flags: ["--accept-lost-tail"]))
        try accepting.start()
        #expect(try accepting.metrics().sum("causeway_lost_tails_accepted_total") == 1)
        #expect(accepting.log.contains("was accepted as it is"), "\(accepting.logTail)")
        let made = try accepting.api.createSession()
        accepting.kill()

        let after = try TestDaemon(.init(settings: settings))
        try after.start()
        #expect(try after.api.getSession(made.id).status == 200)
        #expect(try after.metrics().sum("causeway_lost_tails_accepted_total") == 1)
        after.stop()
    }

    @Test("The configuration accepts as the option does")
    func configured() throws {
        let daemon = try TestDaemon(.init())
        try daemon.start()
        _ = try daemon.api.createSession()
        daemon.kill()
        let state = daemon.scratch.path("state")
        Self.apply(.bothDeleted, in: state)
        let accepting = try TestDaemon(
            .init(settings: ["state.directory=\(state)"], environment: ["CAUSEWAY_STATE_ACCEPT_LOST_TAIL": "true"])
        )
        try accepting.start()
        #expect(try accepting.metrics().sum("causeway_lost_tails_accepted_total") == 1)
        accepting.stop()
    }
}
