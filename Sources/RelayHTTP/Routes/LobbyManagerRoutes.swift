internal import HTTPTypes
internal import Hummingbird
internal import RelayControl

/// The calls that create, deploy and take down lobby services.
struct LobbyManagerRoutes: Sendable {
    let lobbies: LobbyService

    var routes: [Route] {
        [
            Route(.post, "/v1/lobbies", .key(.lobbies), isRateLimited: true) { call in
                answer(try await lobbies.createDeployment(try await name(in: call)), call)
            },
            Route(.get, "/v1/lobbies", .key(.lobbies), handle: list),
            Route(.get, "/v1/lobbies/{lobby_name}", .key(.lobbies)) { call in
                answer(try await lobbies.deployment(call.parameter("lobby_name")), call)
            },
            Route(.delete, "/v1/lobbies/{lobby_name}", .key(.lobbies)) { call in
                answer(try await lobbies.deleteDeployment(call.parameter("lobby_name")), call)
            },
            Route(.post, "/v1/lobbies:deploy", .key(.lobbies)) { call in
                answer(try await lobbies.deploy(try await name(in: call)), call, status: .accepted)
            },
            Route(.post, "/v1/lobbies:terminate", .key(.lobbies)) { call in
                answer(try await lobbies.terminate(try await name(in: call)), call)
            },
        ]
    }

    private func name(in call: APICall) async throws -> String { try await call.jsonBody().field("name").string() }

    @Sendable private func list(_ call: APICall) async throws -> Response {
        let deployments = try await lobbies.listDeployments()
        // The documentation shows a single object here: with one lobby, both readings decode.
        let only = deployments.count == 1 ? deployments.first : nil
        return .json(
            .members([
                "count": .integer(Int64(deployments.count)),
                "data": .array(deployments.map { object($0, call) }),
                "pagination": .members([
                    "number": .integer(1),
                    "paginator": .members(["num_pages": .integer(1)]),
                    "has_next": .bool(false),
                    "has_previous": .bool(false),
                ]),
                "name": only.map { .string($0.name) },
                "url": only.map { .string(url(of: $0, call)) },
                "status": only.map { .string($0.status.rawValue) },
            ])
        )
    }

    private func answer(
        _ deployment: LobbyDeployment,
        _ call: APICall,
        status: HTTPResponse.Status = .ok
    ) -> Response { .json(object(deployment, call), status: status) }

    private func object(_ deployment: LobbyDeployment, _ call: APICall) -> JSONValue {
        .members([
            "name": .string(deployment.name),
            "url": .string(url(of: deployment, call)),
            "status": .string(deployment.status.rawValue),
        ])
    }

    private func url(of deployment: LobbyDeployment, _ call: APICall) -> String {
        deployment.isDeployed ? "\(call.baseURL)/l/\(deployment.name)" : ""
    }
}
