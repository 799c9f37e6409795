import ArgumentParser
import Foundation
import RelayConfig
import RelaySystem

struct PrintConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print-config",
        abstract: "Print every key, its value and where it came from."
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "As 'causewayd run --dev' would see it.")
    var dev = false

    @Flag(help: "Print the commented default file instead.")
    var defaults = false

    @Flag(help: "Print the page of the documentation instead.")
    var markdown = false

    func run() throws {
        if defaults { return StandardOutput.print(ConfigurationDocument.yaml, terminator: "") }
        if markdown { return StandardOutput.print(ConfigurationDocument.markdown, terminator: "") }
        let loaded = try options.load(dev: dev)
        for warning in loaded.warnings { StandardError.print("warning: \(warning)", .warning) }
        let width = loaded.entries.map { $0.key.count + $0.valueText.count }.max() ?? 0
        for entry in loaded.entries {
            let setting = "\(entry.key): \(entry.valueText)"
            let padding = String(repeating: " ", count: max(0, width + 2 - setting.count))
            StandardOutput.print("\(setting)\(padding)  # \(entry.origin)")
        }
    }
}
