import Foundation
import RelayNet

extension ValueType where Value == IPAddress {
    /// One IPv4 or IPv6 address.
    static let address = parsed(
        "IP address",
        expected: "one IPv4 or IPv6 address, such as 203.0.113.7 or 2001:db8::7",
        parse: { IPAddress($0) },
        problem: { InvisibleText.zone(in: $0) ?? "is not an IP address" },
        write: { YAMLText.scalar($0.description) }
    )
}

extension ValueType where Value == ListenAddress {
    /// Address and port of a TCP listener, or a Unix socket.
    static let listener = parsed(
        "address:port, or unix:/path",
        expected: "address:port such as 127.0.0.1:8080 or [::1]:8080, or unix:/path",
        parse: { ListenAddress($0) },
        problem: { text in
            if text.hasPrefix("unix:") {
                return "is not an absolute socket path of at most \(ListenAddress.longestPath) bytes"
            }
            if text.hasPrefix(":"), DecimalText.uint16(text.dropFirst()) != nil {
                return "names no address (0.0.0.0 is every IPv4 address, [::] every address)"
            }
            return InvisibleText.zone(in: text) ?? "is not an address with a port"
        },
        write: { YAMLText.scalar($0.description) }
    )
}

extension ValueType where Value == PortPair {
    /// The shared pair of UDP ports.
    static let portPair = parsed(
        "server/client, two different ports",
        expected: "server/client such as 32000/32001: two different ports, 1 … 65535 (0/0: any free ones)",
        parse: { PortPair($0) },
        problem: { _ in "is not a pair of ports" },
        write: { $0.description }
    )
}

extension ValueType where Value == PortRange {
    /// The range of UDP ports for pairs.
    static let portRange = parsed(
        "first-last, an even number of ports",
        expected: "first-last such as 20000-29999: an even number of ports, 1 … 65535",
        parse: { PortRange($0) },
        problem: { _ in "is not a range with an even number of ports" },
        write: { $0.description }
    )
}

extension ValueType where Value == RelayHostname {
    /// A public host name, or a wildcard.
    static let hostname = parsed(
        "host name, or \"*.\" and a host name",
        expected: "a name such as relay.example.net or \"*.relay.example.net\"",
        parse: { RelayHostname($0) },
        problem: { IPAddress($0) == nil ? "is not a host name" : "is an address (relay.address takes those)" },
        write: { YAMLText.scalar($0.description) }
    )
}

extension ValueType where Value == WorkerCount {
    /// The number of threads, or one a core.
    static let workers = parsed(
        "1 … 64, or auto",
        expected: "1 … 64, or auto",
        parse: { text in
            if text == "auto" { return .automatic }
            return DecimalText.int(text).flatMap { (1...64).contains($0) ? .count($0) : nil }
        },
        problem: { _ in "is not a number of threads" },
        write: { workers in
            switch workers {
            case .automatic: "auto"
            case .count(let count): String(count)
            }
        }
    )
}

extension ValueType where Value == ServiceClass {
    /// The mark of outgoing datagrams.
    static let serviceClass = parsed(
        "off, a class such as ef, cs4 or af41, or 0 … 63",
        expected: "off, a class such as ef, cs4 or af41, or 0 … 63",
        parse: { ServiceClass($0) },
        problem: { _ in "is no class of service" },
        write: { $0.description }
    )
}

extension ValueType where Value == String {
    /// An absolute http or https URL with a host, without user or password: listings show it.
    static let webURL = parsed(
        "http or https URL",
        expected: "a URL such as https://backend.example.net/usage",
        parse: { text in
            guard text.utf8.count <= 2_048, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
                let url = URLComponents(string: text), ["http", "https"].contains(url.scheme),
                url.host?.isEmpty == false, (1...65_535).contains(url.port ?? 1),
                url.user == nil, url.password == nil, url.fragment == nil
            else { return nil }
            return text
        },
        problem: { _ in "is not a URL to post to (http or https, no user or fragment)" },
        write: { YAMLText.scalar($0) }
    )

    /// A web page's origin (RFC 6454), as browsers write it once read: in lower case, without the scheme's own port.
    static let origin = parsed(
        "origin",
        expected: "one such as https://game.example.net, without a path",
        parse: { text in
            guard text.utf8.count <= 1_024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
                let url = URLComponents(string: text.lowercased()), let scheme = url.scheme,
                let host = url.host, !host.isEmpty, !host.contains("*"), ["", "/"].contains(url.path),
                url.user == nil, url.password == nil, url.query == nil, url.fragment == nil
            else { return nil }
            let own = ["http": 80, "https": 443][scheme]
            let port = url.port.flatMap { $0 == own ? nil : ":\($0)" } ?? ""
            return "\(scheme)://\(host)\(port)"
        },
        problem: { $0 == "*" ? "would let every web page act for its visitors" : "is not an origin" },
        write: { YAMLText.scalar($0) }
    )

    /// The base of URLs: http or https, a host, no query; without a trailing slash once read.
    static let baseURL = parsed(
        "http or https URL",
        expected: "a URL such as https://relay.example.net",
        parse: { text in
            guard text.utf8.count <= 1_024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
                let url = URLComponents(string: text), ["http", "https"].contains(url.scheme),
                url.host?.isEmpty == false,
                url.user == nil, url.password == nil, url.query == nil, url.fragment == nil
            else { return nil }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        },
        problem: { _ in "is not the base of a URL (http or https, no user, query or fragment)" },
        write: { YAMLText.scalar($0) }
    )
}
