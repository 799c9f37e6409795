package import GeoLocation
package import RelayControl
internal import RelayCore
internal import RelayNet

/// Turns sessions into the JSON objects of the API.
///
/// What has nothing to say is left out, never `null`: the published schema has no nulls.
package struct SessionJSON: Sendable {
    let identity: RelayIdentity
    private let locator: GeoLocator

    /// - Parameters:
    ///   - identity: what is announced as `relay.ip` and `relay.host`.
    ///   - locator: where `latitude` and `longitude` of users come from.
    package init(identity: RelayIdentity, locator: GeoLocator) {
        self.identity = identity
        self.locator = locator
    }

    /// What a webhook sends: the session object, as the answer to create has it.
    package func webhookBody(_ session: Session) -> [UInt8] {
        var session = session
        // How far it is itself is nothing to say in it.
        session.webhook = nil
        return object(session).bytes
    }

    /// The session object with all its users.
    /// - Parameter showsSecrets: whether tokens are in it, and the whole of the webhook's URL; else only its origin.
    func object(_ session: Session, showsSecrets: Bool = true) -> JSONValue {
        object(
            session,
            users: ("session_users", .array(session.users.map { object($0, showsSecrets: showsSecrets) })),
            showsSecrets: showsSecrets
        )
    }

    /// The session object with one user only, under `session_user`: a shipped client tells host from joiner by that key.
    func object(_ session: Session, authorized user: SessionUser) -> JSONValue {
        object(session, users: ("session_user", object(user, showsSecrets: true)), showsSecrets: true)
    }

    /// A page of the list, with where the pages before and after it are.
    func object(_ page: SessionPage, showsSecrets: Bool) -> JSONValue {
        .members([
            "sessions": .array(page.sessions.map { object($0, showsSecrets: showsSecrets) }),
            "total_count": .integer(Int64(page.totalCount)),
            "pagination": Pagination(number: page.page, limit: page.limit, total: page.totalCount).json,
        ])
    }

    /// A part of the list, with the cursor of the next one.
    func object(_ stretch: SessionStretch, showsSecrets: Bool) -> JSONValue {
        .members([
            "sessions": .array(stretch.sessions.map { object($0, showsSecrets: showsSecrets) }),
            "total_count": .integer(Int64(stretch.totalCount)),
            "pagination": .members([
                "next_cursor": stretch.next.map { .string($0.text) },
                "has_next": .bool(stretch.next != nil),
                "has_previous": .bool(!stretch.isFirst),
            ]),
        ])
    }

    private func object(
        _ session: Session,
        users: (key: String, value: JSONValue),
        showsSecrets: Bool
    ) -> JSONValue {
        let webhook = showsSecrets ? session.webhookURL : session.webhookURL.flatMap { WebhookURL($0)?.origin }
        // On a single node a session is ready as soon as anybody can ask for it.
        return .members([
            "session_id": .string(session.id),
            "authorization_token": showsSecrets ? .integer(Int64(session.token)) : nil,
            "status": .string("READY"),
            "ready": .bool(true),
            "linked": .bool(true),
            users.key: users.value,
            "relay": relay(of: session),
            "webhook_url": webhook.map { .string($0) },
            "webhook": session.webhook.flatMap { $0.isProblem ? Self.object($0) : nil },
        ])
    }

    /// How far a webhook is.
    static func object(_ webhook: WebhookState) -> JSONValue {
        .members(["state": .string(webhook.progress.rawValue), "message": webhook.message.map { .string($0) }])
    }

    private func object(_ user: SessionUser, showsSecrets: Bool) -> JSONValue {
        let place = IPAddress(user.address).flatMap(locator.record(for:))
        return .members([
            "ip_address": .string(user.address),
            "latitude": place?.latitude.map { .number($0) },
            "longitude": place?.longitude.map { .number($0) },
            "authorization_token": showsSecrets ? .integer(Int64(user.token)) : nil,
        ])
    }

    private func relay(of session: Session) -> JSONValue {
        let host = identity.host(forSessionID: session.id)
        return .members([
            "ip": .string(identity.address),
            "host": .string(host),
            "ports": .members([
                "server": Self.port(session.ports.server, host: host),
                "client": Self.port(session.ports.client, host: host),
            ]),
        ])
    }

    private static func port(_ port: UInt16, host: String) -> JSONValue {
        .members([
            "port": .integer(Int64(port)),
            "protocol": .string("UDP"),
            "link": .string("\(IPAddress(host)?.bracketed ?? host):\(port)"),
        ])
    }
}
