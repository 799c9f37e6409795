internal import HTTPTypes

// Headers that the HTTP types do not know.
extension HTTPField.Name {
    /// Who a proxy says the request is from; common practice, no RFC.
    static var xForwardedFor: Self { known("X-Forwarded-For") }
    /// The same by RFC 7239. Not believed from anybody: a proxy that does not write it passes on what the caller wrote.
    static var forwarded: Self { known("Forwarded") }
    /// What else proxies add, and players' programs do not: each says that somebody stands between, none is believed.
    static let proxyMarks: [Self] =
        [.forwarded]
        + [
            "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Forwarded-Proto", "X-Forwarded-Host",
            "Via",
        ]
        .map(known)
    /// Names a request in answers and logs; common practice, no RFC.
    static var xRequestID: Self { known("X-Request-Id") }
    /// Makes a call that is sent again the same call (draft-ietf-httpapi-idempotency-key-header).
    static var idempotencyKey: Self { known("Idempotency-Key") }
    /// How a browser's page relates to where it calls (Fetch Metadata, W3C); no script can set it.
    static var secFetchSite: Self { known("Sec-Fetch-Site") }

    private static func known(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("a valid name was refused") }
        return name
    }
}
