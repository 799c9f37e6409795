internal import Hummingbird
internal import RelayControl

/// The calls that tell how a session goes and what it has used. They are this relay's own.
struct MonitorRoutes: Sendable {
    let monitor: any SessionMonitor

    var routes: [Route] {
        [
            Route(.get, "/v1/relays/sessions/{session_id}/health", .key(.sessions)) { call in
                .json(MonitorJSON.object(try await monitor.health(id: call.parameter("session_id"))))
            },
            Route(.get, "/v1/relays/sessions/{session_id}/usage", .key(.sessions)) { call in
                let (session, usage) = try await monitor.usage(id: call.parameter("session_id"))
                return .json(MonitorJSON.object(session, usage))
            },
        ]
    }
}
