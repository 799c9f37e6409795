internal import ArgumentParser
internal import BenchKit
internal import Glibc

/// Which API to ask, and with which key.
struct APIOptions: ParsableArguments {
    @Option(help: "Base address of the relay's HTTP API. (default: http://127.0.0.1:8080)")
    var target: String?

    @Option(help: "API key. Other users of this machine can read it here; CAUSEWAY_KEY or --key-file keep it private.")
    var key: String?

    @Option(help: ArgumentHelp("File whose first line is the API key.", valueName: "file"))
    var keyFile: String?

    /// The API's base address.
    var resolvedTarget: String { target ?? "http://127.0.0.1:8080" }

    /// Whether any of the options was given.
    var isGiven: Bool { target != nil || key != nil || keyFile != nil }

    /// The key from the option, the file or the environment, in this order. Errors never show it.
    func resolvedKey() throws(BenchError) -> String {
        if let key { return try checked(key, source: "--key") }
        if let keyFile { return try checked(firstLine(of: keyFile), source: "--key-file \(keyFile)") }
        if let variable = getenv("CAUSEWAY_KEY") {
            return try checked(String(cString: variable), source: "CAUSEWAY_KEY")
        }
        throw BenchError("No API key: set CAUSEWAY_KEY, or pass --key-file FILE or --key KEY.")
    }

    private func checked(_ key: String, source: String) throws(BenchError) -> String {
        guard !key.isEmpty, key.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw BenchError("\(source) holds no key: it is empty or has blanks or control characters in it.")
        }
        return key
    }

    private func firstLine(of path: String) throws(BenchError) -> String {
        guard let file = fopen(path, "r") else {
            throw BenchError("Cannot read --key-file \(path): \(String(cString: strerror(errno))).")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        let line = bytes.prefix(count).prefix { $0 != 10 && $0 != 13 }
        return String(decoding: line, as: UTF8.self)
    }
}
