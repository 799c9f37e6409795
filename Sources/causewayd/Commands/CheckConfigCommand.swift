import ArgumentParser
import Foundation
import RelayConfig

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration and say what to do about each problem.",
        discussion: "Exits with 0 where 'causewayd run' would start, with 1 otherwise."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let loaded = try options.load(dev: false)
        for warning in loaded.warnings { StandardError.print("warning: \(warning)") }
        do {
            try loaded.validateForRun()
        } catch {
            throw error.printed
        }
        print("\(loaded.file): good")
    }
}
