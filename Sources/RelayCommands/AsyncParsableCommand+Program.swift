package import ArgumentParser
internal import Glibc
internal import RelaySystem

extension AsyncParsableCommand {
    /// Parses the arguments, runs the command and ends the process: with status 0 only where everything that it had to say
    /// was written.
    /// - Parameter errorPrefix: stands before each line of an error.
    package static func runAsProgram(errorPrefix: String = "") async -> Never {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(error, errorPrefix)
        }
        StandardOutput.finish()
        Glibc.exit(0)
    }

    /// A request for help, or for the version, is an error too, with status 0.
    private static func end(_ error: any Error, _ prefix: String) -> Never {
        let status = exitCode(for: error).rawValue
        let text = fullMessage(for: error)
        if !text.isEmpty {
            if status == 0 {
                StandardOutput.print(text)
            } else {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "\(prefix)\($0)\n" }
                _ = RawOutput.write(Array(lines.joined().utf8), to: STDERR_FILENO)
            }
        }
        StandardOutput.finish()
        Glibc.exit(status)
    }
}
