internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

/// An answer of server-sent events (the HTML standard's `text/event-stream`).
enum EventStream {
    static let contentType = "text/event-stream"

    /// What proxies need to pass events on one by one: nginx asks `X-Accel-Buffering`, those that compress ask
    /// `no-transform` (RFC 9111, 5.2.2.6).
    static let headers: HTTPFields = [
        .contentType: contentType, .cacheControl: "no-store, no-transform", .acceptsBuffering: "no",
    ]

    /// The answer without events, for HEAD.
    static var head: Response { Response(status: .ok, headers: headers) }

    /// Goes on until the events end, the client hangs up or the daemon stops.
    /// - Parameters:
    ///   - isAllowed: asked before each event whether the caller may still see it.
    ///   - render: makes an event's bytes when it is its turn.
    static func response<Event: Sendable>(
        _ events: AsyncStream<Event>,
        isAllowed: @escaping @Sendable () -> Bool = { true },
        render: @escaping @Sendable (Event) -> ByteBuffer
    ) -> Response {
        Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                // The connection cancels the task when it ends; an event to fail with may be long in coming.
                guard ServedConnection.current?.beginStream() != false else { return }
                for await event in events.cancelOnGracefulShutdown() {
                    guard isAllowed() else { break }
                    try await writer.write(render(event))
                }
                try await writer.finish(nil)
            }
        )
    }
}

extension HTTPField.Name {
    /// Tells nginx to pass events on one by one.
    fileprivate static var acceptsBuffering: Self {
        guard let name = Self("X-Accel-Buffering") else { preconditionFailure("a valid name was refused") }
        return name
    }
}

extension EventStream {
    /// The same of events that are bytes already.
    static func response(
        _ events: AsyncStream<ByteBuffer>,
        isAllowed: @escaping @Sendable () -> Bool = { true }
    ) -> Response {
        response(events, isAllowed: isAllowed) { $0 }
    }
}
