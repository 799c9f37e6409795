import RelayConfig
import Testing

@testable import causewayd

@Suite struct LogDestinationTests {
    @Test(arguments: [
        (LogFormat.automatic, true, false, LogDestination.journal), (.automatic, true, true, .journal),
        (.automatic, false, true, .lines(.text)), (.automatic, false, false, .lines(.json)),
        (.text, true, false, .lines(.text)), (.json, true, true, .lines(.json)), (.journald, false, true, .journal),
    ])
    func theFormSuitsWhereStandardErrorLeadsUnlessItIsSet(
        format: LogFormat,
        isJournal: Bool,
        isTerminal: Bool,
        destination: LogDestination
    ) {
        #expect(LogDestination(format, isJournal: isJournal, isTerminal: isTerminal) == destination)
    }
}
