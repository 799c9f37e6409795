package import RelayCore

/// What the users of a session have sent and were sent, those that were revoked included.
package struct UsageStatement: Sendable, Equatable {
    package struct User: Sendable, Equatable {
        package var number: Int32
        /// The address that the API was told.
        package var address: String
        package var isRevoked: Bool
        package var usage: Usage

        package init(number: Int32, address: String, isRevoked: Bool = false, usage: Usage = Usage()) {
            self.number = number
            self.address = address
            self.isRevoked = isRevoked
            self.usage = usage
        }
    }

    /// In the order of their numbers.
    package var users: [User]
    /// Revoked users who are in the total alone, since there were too many to keep each.
    package var unlistedUsers: Int
    /// Sums over all users; the peak is that of the session, all users together within one second.
    package var total: Usage

    package init(users: [User], unlistedUsers: Int = 0, total: Usage) {
        self.users = users
        self.unlistedUsers = unlistedUsers
        self.total = total
    }

    /// - Parameter report: `nil` where no worker serves the session; users without figures have used nothing.
    init(_ session: Session, _ former: FormerUsers, _ report: SessionReport?) {
        let usages = Dictionary((report?.users ?? []).map { ($0.userToken, $0.usage) }) { first, _ in first }
        let live = session.users.map {
            User(number: $0.number, address: $0.address, usage: usages[$0.token] ?? Usage())
        }
        users = (live + former.users).sorted { $0.number < $1.number }
        unlistedUsers = former.unlistedCount
        total = former.unlisted
        for user in users { total.add(user.usage) }
        total.peak = report?.peak ?? Rate()
    }
}

/// The figures of a session's revoked users, in bounded memory.
struct FormerUsers: Sendable {
    /// How many are kept one by one.
    static let limit = 256

    private(set) var users: [UsageStatement.User] = []
    /// How many more there were, and the sum of theirs.
    private(set) var unlistedCount = 0
    private(set) var unlisted = Usage()

    /// Takes a user in; the first one makes room where there are too many.
    mutating func add(_ user: SessionUser, _ usage: Usage) {
        users.append(UsageStatement.User(number: user.number, address: user.address, isRevoked: true, usage: usage))
        guard users.count > Self.limit else { return }
        unlisted.add(users.removeFirst().usage)
        unlistedCount += 1
    }
}

extension Usage {
    /// Adds up everything but the peak: peaks of different seconds have no sum.
    fileprivate mutating func add(_ other: Usage) {
        datagramsFrom &+= other.datagramsFrom
        bytesFrom &+= other.bytesFrom
        datagramsTo &+= other.datagramsTo
        bytesTo &+= other.bytesTo
        activeSeconds = UInt32(clamping: UInt64(activeSeconds) + UInt64(other.activeSeconds))
    }
}

/// A session that has ended, with what it has used.
package struct EndedSession: Sendable {
    package var session: Session
    package var reason: SessionEnd
    /// Seconds since 1970.
    package var endedAt: Double
    package var usage: UsageStatement

    package init(session: Session, reason: SessionEnd, endedAt: Double, usage: UsageStatement) {
        self.session = session
        self.reason = reason
        self.endedAt = endedAt
        self.usage = usage
    }
}

/// Why a session ends.
package enum SessionEnd: String, Sendable, CaseIterable {
    /// By the API, causewayctl or the end of its lobby.
    case deleted
    /// Nothing valid arrived for `sessions.idle_timeout`.
    case idle
    /// Nothing valid ever arrived, for `sessions.unused_timeout`.
    case unused
}
