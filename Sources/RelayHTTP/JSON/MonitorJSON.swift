internal import FoundationEssentials
package import RelayControl
internal import RelayCore

/// Turns what is known of a session's traffic into JSON objects. Users are named by their numbers, never by tokens.
///
/// What has nothing to say is left out, never `null`.
package enum MonitorJSON {
    /// What `webhook.usage_url` is sent when a session has ended.
    package static func webhookBody(_ ended: EndedSession) -> [UInt8] {
        JSONValue.object(
            JSONValue.members([
                "event": .string("session.ended"),
                "session_id": .string(ended.session.id),
                "reason": .string(ended.reason.rawValue),
                "created_at": time(ended.session.createdAt),
                "ended_at": time(ended.endedAt),
            ]).all + members(ended.usage)
        ).bytes
    }

    static func object(_ session: Session, _ usage: UsageStatement) -> JSONValue {
        .object(
            JSONValue.members(["session_id": .string(session.id), "created_at": time(session.createdAt)]).all
                + members(usage)
        )
    }

    private static func members(_ usage: UsageStatement) -> [JSONValue.Member] {
        JSONValue.members([
            "users": .array(usage.users.map(object(_:))),
            "unlisted_users": usage.unlistedUsers > 0 ? .integer(Int64(usage.unlistedUsers)) : nil,
            "total": .object(members(usage.total)),
        ]).all
    }

    private static func object(_ user: UsageStatement.User) -> JSONValue {
        .object(
            JSONValue.members([
                "user": .integer(Int64(user.number)),
                "ip_address": .string(user.address),
                "revoked": .bool(user.isRevoked),
            ]).all + members(user.usage)
        )
    }

    private static func members(_ usage: Usage) -> [JSONValue.Member] {
        JSONValue.members([
            "datagrams_from": count(usage.datagramsFrom),
            "bytes_from": count(usage.bytesFrom),
            "datagrams_to": count(usage.datagramsTo),
            "bytes_to": count(usage.bytesTo),
            "active_seconds": .integer(Int64(usage.activeSeconds)),
            "peak_datagrams_per_second": .integer(Int64(usage.peak.datagrams)),
            "peak_bytes_per_second": .integer(Int64(usage.peak.bytes)),
        ]).all
    }

    static func count(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }

    /// Seconds since 1970 as RFC 3339 has it, in UTC and to the millisecond.
    static func time(_ seconds: Double) -> JSONValue {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return .string(Date(timeIntervalSince1970: seconds).formatted(style))
    }
}

extension JSONValue {
    /// The members of an object; none of other values.
    var all: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }
}
