import Glibc

/// Judges datagrams of one kind and does nothing else, so that its instructions can be counted from outside.
@main
enum Main {
    private static let usage = """
        usage: relay-micro CASE SESSIONS ITERATIONS
               relay-micro --list            what bench/micro/run counts, one a line: case, sessions, clients in all

        """

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.elementsEqual(["--list"]) { return list() }
        guard let request = Request(arguments) else { fail(usage, status: 64) }
        do {
            guard let difference = try Run(request).perform() else { return }
            fail("relay-micro: \(request.name.rawValue): \(difference)\n", status: 1)
        } catch {
            fail("relay-micro: the engine does not take every session: \(error)\n", status: 1)
        }
    }

    private static func list() {
        for name in Case.allCases {
            for sessions in name.sessionCounts { print(name.rawValue, sessions, sessions * World.clientsPerSession) }
        }
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        var text = message
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(status)
    }
}
