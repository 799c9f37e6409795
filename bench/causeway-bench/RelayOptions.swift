internal import ArgumentParser
internal import BenchKit
internal import Glibc

/// Which API to ask, and with which key; or which forwarder to use without asking any.
struct RelayOptions: ParsableArguments {
    @Option(help: "Base address of the relay's HTTP API. (default: http://127.0.0.1:8080)")
    var target: String?

    @Option(help: "API key. Other users of this machine can read it here; CAUSEWAY_KEY or --key-file keep it private.")
    var key: String?

    @Option(help: ArgumentHelp("File whose first line is the API key.", valueName: "file"))
    var keyFile: String?

    @Option(help: "What the players speak: the relay protocol, TURN without credentials, or bare payloads.")
    var wire = RunPlan().wire

    @Option(
        help: ArgumentHelp(
            "A forwarder without an API, instead of --target: HOST:SERVER_PORT,CLIENT_PORT for relay (tokens are made "
                + "up), HOST:PORT for turn, HOST:FIRST_CLIENT_PORT,FIRST_HOST_PORT for plain, where session i's clients "
                + "send to the first plus i and its host waits on the second plus i.",
            valueName: "host:port,port"
        )
    )
    var forwarder: String?

    /// Where the sessions of a run come from.
    func provider(for plan: RunPlan) throws(BenchError) -> Provider {
        guard let forwarder = try Forwarder.named(forwarder, plan: plan) else {
            return .api(HTTPSessionProvider(target: target ?? "http://127.0.0.1:8080", key: try resolvedKey()))
        }
        guard target == nil, key == nil, keyFile == nil else {
            throw BenchError("--forwarder is asked for nothing; leave --target, --key and --key-file out.")
        }
        return .made(StaticSessionProvider(forwarder: forwarder, wire: plan.wire))
    }

    /// A source of sessions, and what there is to close in the end.
    enum Provider {
        case api(HTTPSessionProvider)
        case made(StaticSessionProvider)

        var sessions: any SessionProvider {
            switch self {
            case .api(let provider): provider
            case .made(let provider): provider
            }
        }

        func shutdown() async {
            if case .api(let provider) = self { await provider.shutdown() }
        }
    }

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
