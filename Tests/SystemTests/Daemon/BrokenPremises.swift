import Foundation
import Glibc
import Testing

/// One way to break what a configuration names outside of itself, or what it says, such that only opening everything tells.
struct BrokenPremises: CustomTestStringConvertible, Sendable {
    /// What is broken, in words.
    let name: String
    /// Whether a user without privileges asks: root may read and bind everything.
    var isUnprivileged = false
    /// What both commands have to say, all of it in one line.
    let words: [String]
    var environment: @Sendable (ScratchDirectory) -> [String: String] = { _ in [:] }
    /// Whether there is a key, unless a row is about that.
    var hasKeys = true
    /// Makes files, and returns the lines of the configuration beside address, key and free ports.
    let prepare: @Sendable (ScratchDirectory) throws -> String

    var testDescription: String { name }

    static let key = "api.keys: [{name: a, sha256: \(String(repeating: "0f", count: 32)), scopes: [read]}]\n"

    static let rows: [BrokenPremises] = files + directories + addresses + values
}

extension BrokenPremises {
    /// Certificates made by openssl: `a` and `b` with keys, `a.der`, a locked key, a chain in the wrong order.
    private static let makeCertificates = """
        cd "$1" && for n in a b; do
          openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=$n -keyout $n.key -out $n.pem
        done && openssl x509 -in a.pem -outform DER -out a.der && openssl pkey -in a.key -outform DER -out a.key.der &&
        openssl pkey -in a.key -aes256 -passout pass:x -out locked.key &&
        cat b.pem a.pem >turned.pem && printf '\\357\\273\\277' | cat - a.pem >bom.pem && printf '\\357\\273\\277' | cat - a.key >bom.key &&
        chmod 644 *.pem *.key && chmod 600 b.key
        """

    private static func tls(
        _ name: String,
        _ certificate: String,
        _ key: String,
        isUnprivileged: Bool = false,
        _ words: String...
    ) -> BrokenPremises {
        BrokenPremises(name: name, isUnprivileged: isUnprivileged, words: words) { scratch in
            let made = try runProgram("/bin/sh", ["-c", makeCertificates, "sh", scratch.root])
            guard made.succeeded else { throw ChildProcess.SpawnError(description: made.output) }
            return "api.tls: {certificate: \(scratch.path(certificate)), key: \(scratch.path(key))}\n"
        }
    }

    private static let files: [BrokenPremises] = [
        tls("the certificate is missing", "none.pem", "a.key", "api.tls.certificate", "none.pem' does not exist"),
        tls("the key is missing", "a.pem", "none.key", "api.tls.key", "none.key' does not exist"),
        tls(
            "the key may not be read",
            "b.pem",
            "b.key",
            isUnprivileged: true,
            "api.tls.key",
            "may not be read by user"
        ),
        tls("the key is another one's", "a.pem", "b.key", "api.tls.key", "do not match"),
        tls("the certificate is DER", "a.der", "a.key", "api.tls.certificate", "DER", "openssl x509"),
        tls("the key is DER", "a.pem", "a.key.der", "api.tls.key", "DER", "openssl pkey"),
        tls("the key has a pass phrase", "a.pem", "locked.key", "api.tls.key", "pass phrase"),
        tls("the key has a byte-order mark", "a.pem", "bom.key", "api.tls.key", "byte-order mark"),
        tls("the chain is in the wrong order", "turned.pem", "a.key", "api.tls.certificate", "wrong order", "number 2"),
        tls("certificate and key are mixed up", "a.key", "a.pem", "api.tls.certificate", "mixed up"),
        BrokenPremises(name: "the location database is missing", words: ["geoip.database", "does not exist"]) {
            "geoip.database: \($0.path("none.mmdb"))\n"
        },
        BrokenPremises(name: "the location database is none", words: ["geoip.database", "no MaxMind DB file"]) {
            "geoip.database: \(try $0.write("geo.mmdb", "nothing of the kind"))\n"
        },
    ]

    private static let directories: [BrokenPremises] = [
        BrokenPremises(name: "the state directory is a file", words: ["state.directory", "is no directory"]) {
            "state.directory: \(try $0.write("file", ""))\n"
        },
        BrokenPremises(name: "the state directory has no parent", words: ["state.directory", "neither does"]) {
            "state.directory: \($0.path("a/b"))\n"
        },
        BrokenPremises(
            name: "the state directory may not be written to",
            isUnprivileged: true,
            words: ["state.directory", "may not be written to by user"]
        ) {
            "state.directory: \($0.root)\n"
        },
        BrokenPremises(
            name: "the database is somebody else's",
            isUnprivileged: true,
            words: ["state.directory", "causeway.db' may not be written to by user"]
        ) { scratch in
            try FileManager.default.createDirectory(atPath: scratch.path("mine"), withIntermediateDirectories: false)
            _ = try scratch.write("mine/causeway.db", "")
            chmod(scratch.path("mine"), 0o777)
            return "state.directory: \(scratch.path("mine"))\n"
        },
        BrokenPremises(name: "the socket's path is a file", words: ["control.socket", "is no socket"]) {
            "control.socket: \(try $0.write("control.sock", ""))\n"
        },
        BrokenPremises(name: "the socket's directory is missing", words: ["lobbies.listen", "there is no such"]) {
            "lobbies.listen: unix:\($0.path("none/lobbies.sock"))\n"
        },
    ]

    private static let addresses: [BrokenPremises] = [
        BrokenPremises(
            name: "relay.bind is another machine's",
            words: ["relay.bind", "not on an address of this machine"]
        ) {
            _ in "relay.bind: 203.0.113.9\n"
        },
        BrokenPremises(name: "the API's address is another machine's", words: ["metrics.listen", "not on an address"]) {
            _ in "metrics.listen: 203.0.113.9:8080\n"
        },
        BrokenPremises(
            name: "the lobbies' port is privileged",
            isUnprivileged: true,
            words: ["lobbies.listen", "privileged port"]
        ) { _ in "lobbies.listen: 127.0.0.1:80\n" },
        BrokenPremises(
            name: "the dedicated ports are privileged",
            isUnprivileged: true,
            words: ["relay.ports.dedicated", "privileged port"]
        ) { _ in "relay.ports.dedicated: 100-199\n" },
        BrokenPremises(name: "two listeners are on one port", words: ["metrics.listen", "the same port"]) { _ in
            let port = try FreePorts.take()[0]
            return "lobbies.listen: 0.0.0.0:\(port)\nmetrics.listen: 127.0.0.1:\(port)\n"
        },
        BrokenPremises(name: "two listeners are on one path", words: ["lobbies.listen", "is also metrics.listen"]) {
            "lobbies.listen: unix:\($0.path("s"))\nmetrics.listen: unix:\($0.path("s"))\n"
        },
    ]

    private static let values: [BrokenPremises] = [
        BrokenPremises(
            name: "one key has two names",
            words: ["api.keys", "'a' and 'b' have the same sha256"],
            hasKeys: false
        ) {
            _ in
            key.replacingOccurrences(
                of: "]}]",
                with: "]}, {name: b, sha256: \(String(repeating: "0f", count: 32)), scopes: [read]}]"
            )
        },
        BrokenPremises(
            name: "a network has host bits",
            words: ["api.trusted_proxies", "inside of the network 10.0.0.0/8"]
        ) {
            _ in "api.trusted_proxies: [10.0.0.1/8]\n"
        },
        BrokenPremises(
            name: "there is no key inside of the unit",
            words: ["no API key", "new-key"],
            environment: { ["CREDENTIALS_DIRECTORY": $0.root] },
            hasKeys: false,
            prepare: { _ in "" }
        ),
        BrokenPremises(name: "an address has a zone", words: ["lobbies.listen", "names a zone (%eth0)"]) { _ in
            "lobbies.listen: \"[fe80::1%eth0]:8080\"\n"
        },
        BrokenPremises(name: "a line begins with a tab", words: ["a tab stands here"]) { _ in "log:\n\tlevel: info\n" },
        BrokenPremises(name: "a space is a non-breaking one", words: ["a non-breaking space (U+00A0) stands here"]) {
            _ in
            "log:\n\u{A0}\u{A0}level: info\n"
        },
    ]
}
