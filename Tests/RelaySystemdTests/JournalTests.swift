import Glibc
import Logging
import Testing

@testable import RelaySystemd

@Suite struct JournalTests {
    @Test func aRecordHasTheFieldsOfTheJournalAndOneForEachKey() {
        let record = JournalRecord(
            level: .warning,
            label: "causewayd",
            message: "no room",
            metadata: ["reason": "held_overflow", "dropped": "12"]
        )
        #expect(
            record.fields == [
                "MESSAGE=no room", "PRIORITY=4", "SYSLOG_IDENTIFIER=causewayd", "LOGGER=causewayd",
                "CAUSEWAY_DROPPED=12", "CAUSEWAY_REASON=held_overflow",
            ]
        )
    }

    @Test(arguments: [
        ("session", "CAUSEWAY_SESSION"), ("session-id", "CAUSEWAY_SESSION_ID"),
        ("hb.request.id", "CAUSEWAY_HB_REQUEST_ID"),
        ("a=b\nPRIORITY", "CAUSEWAY_A_B_PRIORITY"), ("é1", "CAUSEWAY___1"), ("", "CAUSEWAY_"),
    ])
    func aKeyBecomesANameThatTheJournalTakes(key: String, name: String) {
        #expect(JournalRecord.name(key) == name)
    }

    @Test func aLongKeyIsCutToWhatTheJournalTakes() {
        let name = JournalRecord.name(String(repeating: "k", count: 100))
        #expect(name.utf8.count == 64 && name.hasPrefix("CAUSEWAY_KKK"))
    }

    @Test func longValuesAndMessagesAreCut() {
        let long = String(repeating: "x", count: 10_000)
        let record = JournalRecord(level: .info, label: "l", message: long, metadata: ["path": "\(long)"])
        #expect(record.fields.first == "MESSAGE=" + String(repeating: "x", count: 512) + "…")
        #expect(record.fields.last == "CAUSEWAY_PATH=" + String(repeating: "x", count: 512) + "…")
    }

    @Test(arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2] as [Int32]))
    func levelsAreSeveritiesOfSyslog(level: Logger.Level, priority: Int32) {
        #expect(JournalRecord.priority(level) == priority)
    }

    @Test func theJournalIsKnownByDeviceAndInode() {
        var status = stat()
        let file = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        #expect(fstat(file, &status) == 0)
        #expect(JournalStream.isJournal(file, named: "\(status.st_dev):\(status.st_ino)"))
        #expect(!JournalStream.isJournal(file, named: "\(status.st_dev):\(status.st_ino + 1)"))
        #expect(!JournalStream.isJournal(file, named: nil))
        #expect(!JournalStream.isJournal(-1, named: "\(status.st_dev):\(status.st_ino)"))
    }
}
