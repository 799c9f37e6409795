/// The relay-session calls as the API makes them. `SessionService` is the implementation; HTTP tests may bring their
/// own.
package protocol SessionDirectory: Sendable {
    /// Creates a session; when it returns, the data plane accepts the tokens and the session is durable.
    /// - Throws: `.invalid` for a bad request, `.unavailable` when no relay matches the filters, capacity is used up,
    ///   the daemon is still restoring or the disk refuses.
    func create(_ request: SessionRequest) async throws(RelayError) -> Session
    /// - Throws: `.notFound`.
    func session(id: String) async throws(RelayError) -> Session
    /// Newest first. `page` from 1, `limit` 1 … 100; a page past the end is empty.
    func list(page: Int, limit: Int) async throws(RelayError) -> SessionPage
    /// - Throws: `.notFound`, `.unavailable` when it is cut off but not durable yet.
    func delete(id: String) async throws(RelayError)
    /// Adds a user and answers with the session (all users) and the new one.
    func authorizeUser(sessionID: String, address: String) async throws(RelayError) -> (
        session: Session, user: SessionUser
    )
    /// Cuts a user off; answers the session without it.
    func revokeUser(sessionID: String, userToken: UInt32) async throws(RelayError) -> Session
}

/// The body of a create call, already decoded and type-checked; `SessionService` checks values.
package struct SessionRequest: Sendable, Equatable {
    /// Addresses as sent, one a user, in order, duplicates included.
    package var addresses: [String]
    package var filters: [PlacementFilter]
    /// Empty and absent are the same.
    package var webhookURL: String?
    /// The place in `addresses` of the user who hosts from the start, where that is known before anybody comes.
    package var hostIndex: Int?

    package init(
        addresses: [String],
        filters: [PlacementFilter] = [],
        webhookURL: String? = nil,
        hostIndex: Int? = nil
    ) {
        self.addresses = addresses
        self.hostIndex = hostIndex
        self.filters = filters
        self.webhookURL = webhookURL
    }
}

/// A placement filter: `field` compared with `values` by `kind`.
package struct PlacementFilter: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case any, all, not
    }

    package var field: String
    package var values: [String]
    package var kind: Kind

    package init(field: String, values: [String], kind: Kind) {
        self.field = field
        self.values = values
        self.kind = kind
    }
}

/// One page of the list.
package struct SessionPage: Sendable, Equatable {
    package var sessions: [Session]
    package var totalCount: Int
    package var page: Int
    package var limit: Int

    package init(sessions: [Session], totalCount: Int, page: Int, limit: Int) {
        self.sessions = sessions
        self.totalCount = totalCount
        self.page = page
        self.limit = limit
    }
}
