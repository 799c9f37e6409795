internal import CFuzzer
internal import Glibc

/// Runs a target under libFuzzer.
package enum Fuzzer {
    // Written once before libFuzzer's loop starts, and read by that loop's one thread.
    nonisolated(unsafe) private static var body: (UnsafeRawBufferPointer) -> Void = { _ in }

    /// Hands inputs to `body` as the process's arguments tell libFuzzer, and ends the process.
    /// - Parameter body: traps where something is wrong. The same bytes must do the same every time.
    package static func run(_ body: @escaping (UnsafeRawBufferPointer) -> Void) -> Never {
        Self.body = body
        var count = CommandLine.argc
        // libFuzzer may put another array in its place.
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        let status = withUnsafeMutablePointer(to: &arguments) {
            LLVMFuzzerRunDriver(&count, $0) { data, size in
                Fuzzer.body(UnsafeRawBufferPointer(start: data, count: size))
                return 0
            }
        }
        exit(status)
    }

    /// Ends the run: what was found is wrong. libFuzzer keeps the input.
    package static func fail(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
        fatalError(message, file: file, line: line)
    }

    /// Ends the run where something does not hold.
    package static func expect(
        _ holds: Bool,
        _ message: @autoclosure () -> String,
        file: StaticString = #fileID,
        line: UInt = #line
    ) {
        if !holds { fail(message(), file: file, line: line) }
    }
}
