import ArgumentParser
import Foundation
import RelaySystem

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    @Flag(help: "As one JSON object.")
    var json = false

    private struct Report: Encodable {
        var name = "causewayd"
        var version = Version.number
    }

    func run() throws {
        guard json else { return StandardOutput.print(Version.line) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        StandardOutput.print(String(decoding: try encoder.encode(Report()), as: UTF8.self))
    }
}
