internal import ArgumentParser
internal import Glibc

/// How to reach the daemon, and in which form to answer: every command has these.
struct ConnectionOptions: ParsableArguments {
    /// Where the daemon's socket is unless somebody moved it: under systemd, and beside its state.
    static let usualPaths = ["/run/causeway/control.sock", "/var/lib/causeway/control.sock"]

    @Option(
        help: ArgumentHelp(
            "The daemon's control socket. (default: CAUSEWAY_CONTROL, or \(usualPaths.joined(separator: " or ")))",
            valueName: "path"
        ),
        completion: .file()
    )
    var socket: String?

    @Flag(help: "Print JSON.")
    var json = false

    /// The path to connect to.
    /// - Throws: `ControlError` where nothing says which, and no usual one is there.
    func path() throws(ControlError) -> String {
        if let socket { return socket }
        if let variable = getenv("CAUSEWAY_CONTROL"), variable.pointee != 0 { return String(cString: variable) }
        for path in Self.usualPaths {
            var status = stat()
            if stat(path, &status) == 0 || errno == EACCES { return path }
        }
        throw ControlError(
            "there is no control socket at \(Self.usualPaths.joined(separator: " nor at ")). Is causewayd running? Where "
                + "its configuration says something else (control.socket, state.directory), name it with --socket or "
                + "CAUSEWAY_CONTROL"
        )
    }

    /// Does something with the daemon at the other end.
    func withDaemon<Value>(_ body: (DaemonClient) async throws -> Value) async throws -> Value {
        let client = DaemonClient(path: try path())
        do {
            try client.probe()
            let value = try await body(client)
            try await client.close()
            return value
        } catch {
            try? await client.close()
            throw error
        }
    }
}
