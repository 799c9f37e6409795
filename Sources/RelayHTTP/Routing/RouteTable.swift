internal import HTTPTypes
internal import RelayControl

/// Finds the route that a request means.
///
/// Not the framework's router, which knows neither a path that exists under another method nor percent-encoded
/// characters in literal segments (`sessions%3Aauthorize-user`).
struct RouteTable: Sendable {
    enum Match: Sendable {
        case route(Route, parameters: [String: String])
        /// The path exists, for these methods only.
        case otherMethods([HTTPRequest.Method])
        case nothing
    }

    private enum Segment: Sendable {
        case literal(String)
        case parameter(String)
    }

    let routes: [Route]
    private let patterns: [[Segment]]

    init(_ routes: [Route]) {
        self.routes = routes
        patterns = routes.map { route in
            Self.segments(of: route.template).map { segment in
                segment.hasPrefix("{") && segment.hasSuffix("}")
                    ? .parameter(String(segment.dropFirst().dropLast())) : .literal(String(segment))
            }
        }
    }

    /// - Parameters:
    ///   - method: HEAD means the route of GET.
    ///   - path: as it stands in the request, percent-encoded; one trailing slash does not matter.
    func match(_ method: HTTPRequest.Method, path: String) -> Match {
        let segments = Self.segments(of: path).map(\.percentDecoded)
        var allowed: [HTTPRequest.Method] = []
        for (route, pattern) in zip(routes, patterns) {
            guard let parameters = Self.parameters(of: pattern, in: segments) else { continue }
            if route.method == method || route.method == .get && method == .head {
                return .route(route, parameters: parameters)
            }
            allowed += route.method == .get ? [.get, .head] : [route.method]
        }
        return allowed.isEmpty ? .nothing : .otherMethods(allowed)
    }

    /// The routes of a path, whatever their methods.
    func routes(at path: String) -> [Route] {
        let segments = Self.segments(of: path).map(\.percentDecoded)
        return zip(routes, patterns).filter { Self.parameters(of: $1, in: segments) != nil }.map(\.0)
    }

    /// The path's first segment, its percent escapes resolved; empty for `/`.
    static func firstSegment(of path: String) -> String { segments(of: path).first?.percentDecoded ?? "" }

    private static func segments(of path: String) -> [Substring] {
        var segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if segments.count > 1, segments.last == "" { segments.removeLast() }
        return Array(segments)
    }

    /// The parameters' values where the segments fit the pattern, else `nil`. A parameter is never empty, and a session's id
    /// has its one spelling from here on.
    private static func parameters(of pattern: [Segment], in segments: [String]) -> [String: String]? {
        guard pattern.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (expected, segment) in zip(pattern, segments) {
            switch expected {
            case .literal(let text): guard text == segment else { return nil }
            case .parameter(let name):
                guard !segment.isEmpty else { return nil }
                parameters[name] = name == "session_id" ? SessionID.canonical(segment) : segment
            }
        }
        return parameters
    }
}

extension Substring {
    /// The text with its percent escapes resolved; as it is where they are malformed or give no UTF-8.
    fileprivate var percentDecoded: String {
        guard utf8.contains(UInt8(ascii: "%")) else { return String(self) }
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexDigitValue, let low = rest.popFirst()?.hexDigitValue else {
                return String(self)
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self) ?? String(self)
    }
}

extension UInt8 {
    fileprivate var hexDigitValue: UInt8? {
        Character(Unicode.Scalar(self)).hexDigitValue.flatMap(UInt8.init(exactly:))
    }
}
