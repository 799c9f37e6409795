/// The relay-session calls as the API makes them. `SessionService` is the implementation; HTTP tests may bring their
/// own.
package protocol SessionDirectory: Sendable {
    /// Creates a session; when it returns, the data plane accepts the tokens and the session is durable. A request with a
    /// ticket that was answered before is given the same session, with the users that it had then.
    /// - Throws: `.invalid` for a bad request, `.unavailable` when no relay matches the filters, capacity is used up,
    ///   the daemon is still restoring or the disk refuses; `.mismatch`, `.conflict` for a ticket that fits no more.
    func create(_ request: SessionRequest) async throws(RelayError) -> Session
    /// - Throws: `.notFound`.
    func session(id: String) async throws(RelayError) -> Session
    /// Newest first. `page` from 1, `limit` 1 … 100; a page past the end is empty.
    func list(page: Int, limit: Int) async throws(RelayError) -> SessionPage
    /// Newest first, from the one after the cursor on, or from the newest where there is none. `limit` 1 … 100.
    func list(after cursor: SessionCursor?, limit: Int) async throws(RelayError) -> SessionStretch
    /// - Throws: `.notFound`, `.unavailable` when it is cut off but not durable yet.
    func delete(id: String) async throws(RelayError)
    /// Adds a user and answers with the session (all users) and the new one.
    /// A ticket that was answered before gives the same user.
    func authorizeUser(
        sessionID: String,
        address: String,
        ticket: IdempotencyTicket?
    ) async throws(RelayError) -> (session: Session, user: SessionUser)
    /// Cuts a user off; answers the session without it.
    func revokeUser(sessionID: String, userToken: UInt32) async throws(RelayError) -> Session
}

extension SessionDirectory {
    /// Adds a user, whatever was asked before.
    package func authorizeUser(
        sessionID: String,
        address: String
    ) async throws(RelayError) -> (session: Session, user: SessionUser) {
        try await authorizeUser(sessionID: sessionID, address: address, ticket: nil)
    }
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
    /// How the caller named the call, where it did.
    package var ticket: IdempotencyTicket?

    package init(
        addresses: [String],
        filters: [PlacementFilter] = [],
        webhookURL: String? = nil,
        hostIndex: Int? = nil,
        ticket: IdempotencyTicket? = nil
    ) {
        self.addresses = addresses
        self.hostIndex = hostIndex
        self.filters = filters
        self.webhookURL = webhookURL
        self.ticket = ticket
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

/// A place in the list that stays where it is when sessions end or begin.
package struct SessionCursor: Sendable, Equatable {
    /// The sequence of the last session before it.
    package var sequence: Int64

    package init(sequence: Int64) { self.sequence = sequence }

    /// Reads what `text` gave; `nil` for anything else.
    package init?(_ text: String) {
        guard (1...16).contains(text.utf8.count), !text.hasPrefix("+"), !text.hasPrefix("-"),
            let sequence = Int64(text, radix: 16)
        else { return nil }
        self.sequence = sequence
    }

    /// Means nothing to callers.
    package var text: String { String(sequence, radix: 16) }
}

/// A part of the list, from a cursor on.
package struct SessionStretch: Sendable, Equatable {
    package var sessions: [Session]
    package var totalCount: Int
    /// Where the rest begins; `nil` where there is none.
    package var next: SessionCursor?
    /// Whether it begins with the newest session.
    package var isFirst: Bool

    package init(sessions: [Session], totalCount: Int, next: SessionCursor?, isFirst: Bool) {
        self.sessions = sessions
        self.totalCount = totalCount
        self.next = next
        self.isFirst = isFirst
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
