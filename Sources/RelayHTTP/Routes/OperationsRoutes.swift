internal import Hummingbird
internal import NIOCore
internal import RelayMetrics

/// Whether the daemon can serve.
package enum Readiness: Sendable, Equatable {
    case ready
    /// `reason` says what it waits for or what is wrong; it is shown to anybody.
    case notReady(reason: String)
}

/// The calls of those who run the relay; they need no key.
struct OperationsRoutes: Sendable {
    let readiness: @Sendable () async -> Readiness

    var routes: [Route] { healthRoutes + [description] }

    /// What load balancers and service managers ask; on the listener of `/metrics` too, which is often all they reach.
    var healthRoutes: [Route] {
        [
            Route(.get, "/livez", .open) { _ in .json(.members(["status": .string("ok")])) },
            Route(.get, "/readyz", .open) { _ in
                switch await readiness() {
                case .ready: .json(.members(["status": .string("ok")]))
                case .notReady(let reason):
                    .json(
                        .members(["status": .string("unavailable"), "message": .string(reason)]),
                        status: .serviceUnavailable
                    )
                }
            },
        ]
    }

    private var description: Route {
        Route(.get, "/openapi.json", .open) { _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: OpenAPIDocument.text))
            )
        }
    }

    /// The call of a scraper.
    static func metrics(_ render: @escaping @Sendable () async -> MetricsPage) -> Route {
        Route(.get, "/metrics", .open) { _ in
            Response(
                status: .ok,
                headers: [.contentType: MetricsPage.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: await render().text))
            )
        }
    }
}
