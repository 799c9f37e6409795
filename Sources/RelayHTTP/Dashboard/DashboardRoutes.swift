internal import Crypto
internal import DashboardPage
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayControl

/// The dashboard: a page without data for everybody, and its data for those whose key may read.
struct DashboardRoutes: Sendable {
    let hub: DashboardHub

    var routes: [Route] {
        [
            Route(.get, "/dashboard", .open) { _ in Self.page },
            Route(.get, "/dashboard/events", .key(.operation), handle: events),
        ]
    }

    @Sendable private func events(_ call: APICall) async throws -> Response {
        let topic = try Self.topic(of: call)
        if call.request.method == .head { return EventStream.head }
        let events: AsyncStream<ByteBuffer>
        do {
            events = try await hub.events(on: topic)
        } catch let error as RelayError where error.code == .tooMany {
            throw APIFailure(status: .tooManyRequests, message: error.message, headers: [.retryAfter: "5"])
        }
        // A key that was taken away tells nobody anything any more.
        return EventStream.response(events, isAllowed: call.isStillAllowed)
    }

    private static func topic(of call: APICall) throws -> DashboardHub.Topic {
        let ids = call.queryTexts("session")
        guard ids.count < 2 else {
            throw RelayError(.invalid, "session is given \(ids.count) times; send it once")
        }
        if let id = ids.first { return .session(id: SessionID.canonical(id)) }
        return .overview(
            try call.querySelection("show") ?? .all,
            page: try call.queryNumber("page", in: 1...RelaySessionRoutes.maxPage) ?? 1
        )
    }

    private static var page: Response {
        Response(status: .ok, headers: pageHeaders, body: ResponseBody(byteBuffer: pageBytes))
    }

    private static let pageBytes = ByteBuffer(bytes: DashboardPage.html)

    /// Nothing but the page's own script and style runs, it speaks with this relay only, and nobody may frame it.
    static let pageHeaders: HTTPFields = {
        let policy = [
            "default-src 'none'", "script-src '\(hash(of: DashboardPage.script))'",
            "style-src '\(hash(of: DashboardPage.style))'", "img-src data:", "connect-src 'self'", "base-uri 'none'",
            "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
        return [
            .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy.joined(separator: "; "),
            .cacheControl: "no-store", .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer",
        ]
    }()

    /// What allows an inline element of the page (CSP level 2): the SHA-256 of what is between its tags.
    private static func hash(of content: [UInt8]) -> String {
        "sha256-\(Data(SHA256.hash(data: content)).base64EncodedString())"
    }
}

extension HTTPField.Name {
    fileprivate static var referrerPolicy: Self { named("Referrer-Policy") }

    private static func named(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("a valid name was refused") }
        return name
    }
}
