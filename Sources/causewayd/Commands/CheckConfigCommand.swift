import ArgumentParser
import Foundation
import Glibc
import RelayConfig
import RelaySystem

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration and say what to do about each problem.",
        discussion: """
            Exits with 0 where 'causewayd run' would start, with 1 otherwise. Opens what the configuration names, as the user who \
            asks: files, the state directory, ports. What another process has at this moment is a warning. The package brings \
            \(serviceCheck), which checks as the service's user, with its credentials and in its sandbox.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let loaded = try options.load(dev: false)
        for warning in loaded.warnings { StandardError.print("warning: \(warning)", .warning) }
        if let warning = LobbyURLFamilies.warning(loaded.configuration) {
            StandardError.print("warning: \(warning)", .warning)
        }
        do {
            let opened = try Premises.open(loaded, loaded.configuration, inherited: [], isCheck: true)
            for warning in opened.warnings { StandardError.print("warning: \(warning)", .warning) }
        } catch {
            throw error.printed
        }
        StandardOutput.print("\(loaded.file): good")
        if geteuid() == 0, access(Self.serviceCheck, X_OK) == 0 {
            StandardOutput.print(
                "checked as root, who may read everything; \(Self.serviceCheck) checks as the service's user"
            )
        }
    }

    /// Where the package puts it.
    private static let serviceCheck = "/usr/lib/causeway/check-as-service"
}
