import Foundation
import Glibc
import Testing

/// One `causewayd` of one test: own ports, own state directory, own key.
final class TestDaemon {
    /// How to start it.
    struct Options {
        /// `KEY=VALUE` for `--set`; they win over what the test harness sets.
        var settings: [String] = []
        /// The text of a configuration file.
        var config: String?
        var dev = true
        /// Further arguments of `run`.
        var flags: [String] = []
        var environment: [String: String] = [:]
        /// Whether the development key comes from the environment.
        var givesKey = true
    }

    let scratch: ScratchDirectory
    let key: String
    let secrets = SecretCollector()
    let apiAddress: SocketAddress
    let arguments: [String]
    let environment: [String: String]
    let logFile: String
    private(set) var process: ChildProcess?

    init(_ options: Options) throws {
        scratch = try ScratchDirectory()
        key = "key-" + UUID().uuidString.lowercased()
        logFile = scratch.path("log")
        var settings = options.settings
        func settingIsOpen(_ name: String) -> Bool {
            !settings.contains { $0.hasPrefix(name + "=") }
        }
        if settingIsOpen("relay.ports.dedicated"), settingIsOpen("relay.ports.shared") {
            let pair = try FreePorts.take(2)
            settings.append("relay.ports.shared=\(pair[0])/\(pair[1])")
        }
        if settingIsOpen("state.directory") { settings.append("state.directory=\(scratch.path("state"))") }
        if let listen = settings.first(where: { $0.hasPrefix("api.listen=") })?.dropFirst("api.listen=".count) {
            apiAddress = Self.address(String(listen))
        } else {
            let port = try FreePorts.take()[0]
            settings.append("api.listen=127.0.0.1:\(port)")
            apiAddress = SocketAddress("127.0.0.1", port)
        }
        // Every datagram is to be judged, and not one in sixteen of the impossible ones.
        if settingIsOpen("relay.kernel_filter") { settings.append("relay.kernel_filter=false") }
        var arguments = ["run"]
        if options.dev { arguments.append("--dev") }
        let config = try scratch.write("causeway.yaml", options.config ?? "")
        arguments += ["--config", config]
        self.arguments = arguments + options.flags + settings.flatMap { ["--set", $0] }
        var environment = baseEnvironment.merging(options.environment) { $1 }
        if options.givesKey, options.dev {
            environment["CAUSEWAY_DEV_KEY"] = key
            secrets.add(text: key)
        }
        // Tests read the log as an operator at a terminal does; into a file it would be JSON.
        if settingIsOpen("log.format"), environment["CAUSEWAY_LOG_FORMAT"] == nil {
            environment["CAUSEWAY_LOG_FORMAT"] = "text"
        }
        self.environment = environment
    }

    /// The path of the configuration file, which a test may rewrite.
    var configFile: String { scratch.path("causeway.yaml") }

    var log: String {
        String(decoding: FileManager.default.contents(atPath: logFile) ?? Data(), as: UTF8.self)
    }

    /// A new client with the daemon's own key and a connection of its own.
    var api: APIClient { APIClient(apiAddress, authorization: "token \(key)", secrets: secrets) }

    /// A client with any other `Authorization` value, or none.
    func api(authorization: String?) -> APIClient {
        APIClient(apiAddress, authorization: authorization, secrets: secrets)
    }

    func start(awaitReady: Bool = true) throws {
        let process = try ChildProcess(Executables.causewayd, arguments, environment: environment, outputFile: logFile)
        self.process = process
        if awaitReady { try waitUntilReady() }
    }

    func waitUntilReady(within limit: Duration = .seconds(20)) throws {
        let probe = HTTPConnection(apiAddress)
        probe.timeout = .seconds(5)
        var last = "no answer"
        let ready = holds(within: limit) {
            if process?.poll() != nil { return true }
            do {
                let response = try probe.request("GET", "/readyz")
                last = "\(response.status) \(response.text)"
                return response.status == 200
            } catch {
                last = "\(error)"
                return false
            }
        }
        if let ending = process?.poll() { throw Failure("causewayd ended instead of serving: \(ending)", log: log) }
        if !ready { throw Failure("/readyz never answered 200 within \(limit); last: \(last)", log: log) }
    }

    /// Ends it the way an operator does, and expects a clean and prompt end.
    func stop(signal: Int32 = SIGTERM, sourceLocation: SourceLocation = #_sourceLocation) {
        guard let process else { return }
        process.signal(signal)
        let ending = process.wait(within: .seconds(20))
        #expect(
            ending == .exited(0),
            "signal \(signal) must end it with status 0 within 20 s\n\(logTail)",
            sourceLocation: sourceLocation
        )
        if ending == nil { kill() }
        self.process = nil
    }

    /// SIGKILL: no goodbye, no last write.
    func kill() {
        process?.signal(SIGKILL)
        _ = process?.wait(within: .seconds(5))
        process = nil
    }

    /// SIGKILL, then the same command again on the same state.
    func killAndRestart() throws {
        kill()
        try start()
    }

    func signal(_ number: Int32) {
        process?.signal(number)
    }

    var logTail: String {
        "log of causewayd:\n" + log.split(separator: "\n").suffix(30).joined(separator: "\n")
    }

    private static func address(_ text: String) -> SocketAddress {
        if text.hasPrefix("unix:") { return SocketAddress(unixPath: String(text.dropFirst(5))) }
        let colon = text.lastIndex(of: ":")!
        let host = text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        return SocketAddress(host, UInt16(text[text.index(after: colon)...])!)
    }

    /// A failure that carries the end of the log.
    struct Failure: Error, CustomStringConvertible {
        var description: String

        init(_ what: String, log: String) {
            description = what + "\n" + log.split(separator: "\n").suffix(40).joined(separator: "\n")
        }
    }
}
