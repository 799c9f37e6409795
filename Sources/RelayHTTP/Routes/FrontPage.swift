internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// What a person finds who opens the relay's address: where to go. It needs no key and says nothing about this relay.
enum FrontPage {
    private static let places = [
        ("/dashboard", "what the relay does, live; asks for an API key"),
        ("/openapi.json", "the API, every call and every field"),
        ("/readyz", "whether the relay serves"),
    ]

    static let route = Route(.get, "/", .open) { call in
        let wantsHTML = call.request.headers[values: .accept].contains { $0.lowercased().contains("text/html") }
        return Response(
            status: .ok,
            headers: wantsHTML ? htmlHeaders : [.contentType: "text/plain; charset=utf-8", .vary: "Accept"],
            body: ResponseBody(byteBuffer: wantsHTML ? html : text)
        )
    }

    private static let htmlHeaders: HTTPFields = [
        .contentType: "text/html; charset=utf-8", .xContentTypeOptions: "nosniff", .vary: "Accept",
        .contentSecurityPolicy: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ]

    private static let introduction =
        "This is a Causeway relay: it carries the datagrams of games. Players need nothing here; games reach it by themselves."

    private static let text = ByteBuffer(
        string: introduction + "\n\n" + places.map { "\($0.0)  \($0.1)\n" }.joined()
    )

    private static let html = ByteBuffer(
        string: """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
            <title>Causeway relay</title></head>
            <body><h1>Causeway relay</h1>
            <p>\(introduction)</p>
            <ul>
            \(places.map { "<li><a href=\"\($0.0)\">\($0.0)</a>: \($0.1)</li>" }.joined(separator: "\n"))
            </ul></body></html>

            """
    )
}
