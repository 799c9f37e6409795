import Foundation

/// The programs under test.
enum Executables {
    /// `CAUSEWAYD` names it; otherwise it stands beside the test bundle among the build products.
    static let causewayd = ProcessInfo.processInfo.environment["CAUSEWAYD"] ?? besideTestBundle("causewayd")

    /// Stands beside the daemon.
    static let bench = URL(fileURLWithPath: causewayd).deletingLastPathComponent().path + "/causeway-bench"

    /// Stands beside the daemon.
    static let control = URL(fileURLWithPath: causewayd).deletingLastPathComponent().path + "/causewayctl"

    private static func besideTestBundle(_ name: String) -> String {
        var starts = [Bundle.main.executablePath, CommandLine.arguments.first].compactMap { $0 }
        starts += CommandLine.arguments.filter { $0.contains(".xctest") }
        for start in starts {
            var folder = URL(fileURLWithPath: start).deletingLastPathComponent()
            for _ in 0..<4 {
                let candidate = folder.appendingPathComponent(name).path
                if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
                folder.deleteLastPathComponent()
            }
        }
        return name
    }
}
