internal import Logging

// The calls of the lobby manager.
extension LobbyService {
    /// - Throws: `.invalid`, `.conflict` where the name exists, `.unavailable`.
    package func createDeployment(_ name: String) async throws(RelayError) -> LobbyDeployment {
        try requireReady()
        try LobbyRules.checkDeploymentName(name)
        return try await exclusively(Self.key(name)) { () async throws(RelayError) in
            try await self.performCreate(name)
        }
    }

    private func performCreate(_ name: String) async throws(RelayError) -> LobbyDeployment {
        guard deployments[name] == nil else { throw RelayError(.conflict, "a lobby named '\(name)' exists already") }
        guard deployments.count < LobbyLimits.deployments else {
            throw RelayError(.unavailable, "there are \(LobbyLimits.deployments) lobbies already: delete one")
        }
        let deployment = LobbyDeployment(name: name, status: .created, createdAt: now())
        try await save(.saveDeployment(deployment))
        deployments[name] = deployment
        return deployment
    }

    /// All lobby services, oldest first.
    package func listDeployments() throws(RelayError) -> [LobbyDeployment] {
        try requireReady()
        return deployments.values.sorted { ($0.createdAt, $0.name) < ($1.createdAt, $1.name) }
    }

    /// - Throws: `.notFound`.
    package func deployment(_ name: String) throws(RelayError) -> LobbyDeployment {
        try requireReady()
        guard let deployment = deployments[name] else {
            throw RelayError(.notFound, "there is no lobby of this name; POST /v1/lobbies creates one")
        }
        return deployment
    }

    /// Takes the service down for good, with its games.
    /// - Throws: `.notFound`, `.unavailable`.
    package func deleteDeployment(_ name: String) async throws(RelayError) -> LobbyDeployment {
        try requireReady()
        return try await exclusively(Self.key(name)) { () async throws(RelayError) in
            var last = try await self.change(name, to: .terminated)
            try await self.save(.removeDeployment(name: name))
            await self.forget(name)
            last.status = .terminated
            return last
        }
    }

    private func forget(_ name: String) { deployments[name] = nil }

    /// Players are served from now on.
    /// - Throws: `.notFound`, `.unavailable`.
    package func deploy(_ name: String) async throws(RelayError) -> LobbyDeployment {
        try requireReady()
        return try await exclusively(Self.key(name)) { () async throws(RelayError) in
            try await self.change(name, to: .released)
        }
    }

    /// Takes the service down: its lobbies end, and their relay sessions.
    /// - Throws: `.notFound`, `.unavailable`.
    package func terminate(_ name: String) async throws(RelayError) -> LobbyDeployment {
        try requireReady()
        return try await exclusively(Self.key(name)) { () async throws(RelayError) in
            try await self.change(name, to: .terminated)
        }
    }

    private func change(
        _ name: String,
        to status: LobbyDeployment.Status
    ) async throws(RelayError) -> LobbyDeployment {
        var changed = try deployment(name)
        if changed.status != status {
            changed.status = status
            try await save(.saveDeployment(changed))
            deployments[name] = changed
            logger.info("lobby service is \(status.rawValue)", metadata: ["lobby_service": "\(name)"])
        }
        if status == .terminated { await endAll(of: name) }
        return changed
    }

    private func endAll(of name: String) async {
        for id in shelves[name]?.ids ?? [] {
            _ = try? await exclusively(id) { () async throws(RelayError) in
                await self.end(id, because: "its lobby service was terminated")
            }
        }
    }

    /// No lobby's id has a slash.
    private static func key(_ name: String) -> String { "service/\(name)" }
}
