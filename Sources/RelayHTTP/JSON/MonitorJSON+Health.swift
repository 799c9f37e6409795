internal import RelayControl
internal import RelayCore

// How well a session's datagrams arrive.
extension MonitorJSON {
    static func object(_ health: SessionHealth) -> JSONValue {
        let inspected = health.inspected
        let report = inspected.report
        return .members([
            "session_id": .string(inspected.session.id),
            "created_at": time(inspected.session.createdAt),
            "used": .bool(report?.wasUsed ?? inspected.session.wasUsed),
            "silence_ms": report.map { .integer(Int64($0.silence)) },
            "rate": rate(report?.rate ?? Rate()),
            "peak": rate(report?.peak ?? Rate()),
            "host": host(inspected),
            "drops": drops(report?.drops ?? [:]),
            "users": .array(inspected.session.users.map { object($0, in: inspected) }),
            "webhook": inspected.session.webhook.map(SessionJSON.object(_:)),
            "findings": .array(health.findings.map(object(_:))),
        ])
    }

    /// Nobody where nobody hosts.
    private static func host(_ inspected: InspectedSession) -> JSONValue? {
        inspected.host.map { host in
            .members([
                "user": .integer(Int64(host.number)),
                "address": inspected.report?.hostEndpoint.map { .string(Diagnosis.text($0)) },
                "last_seen_ms": inspected.report?.hostSilence.map { .integer(Int64($0)) },
            ])
        }
    }

    /// Of the host what arrives at the server port, of the others what arrives at the client port.
    private static func object(_ user: SessionUser, in inspected: InspectedSession) -> JSONValue {
        let report = inspected.report(of: user)
        let isHost = inspected.host?.number == user.number
        let endpoint = isHost ? inspected.report?.hostEndpoint : report?.endpoint
        let silence = isHost ? inspected.report?.hostSilence : report?.silence
        let link = (isHost ? inspected.report?.hostLink : report?.link) ?? LinkQuality()
        return .members([
            "user": .integer(Int64(user.number)),
            "ip_address": .string(user.address),
            "host": .bool(isHost),
            "connection_id": report.map { .integer(Int64($0.connectionID)) },
            "address": endpoint.map { .string(Diagnosis.text($0)) },
            "last_seen_ms": silence.map { .integer(Int64($0)) },
            "rate": rate((isHost ? inspected.report?.hostRate : report?.rate) ?? Rate()),
            "jitter_ms": link.jitter.map { .number(($0 * 100).rounded() / 100) },
            "pings": count(link.pings),
            "missed_pings": count(link.missedPings),
            "gaps": count(link.gaps),
            "longest_gap_ms": .integer(Int64(link.longestGap)),
            "last_gap_ms": link.lastGapAge.map { .integer(Int64($0)) },
            "moves": count(link.moves),
            "rejoins": count(link.rejoins),
            "drops": drops(report?.drops ?? [:]),
            "last_drop_ms": report?.lastDropAge.map { .integer(Int64($0)) },
        ])
    }

    private static func object(_ finding: Finding) -> JSONValue {
        var about = "session"
        var user: Int32?
        switch finding.subject {
        case .session: break
        case .relay: about = "relay"
        case .user(let number): (about, user) = ("user", number)
        }
        return .members([
            "code": .string(finding.code),
            "weight": .string(finding.weight.rawValue),
            "about": .string(about),
            "user": user.map { .integer(Int64($0)) },
            "what": .string(finding.what),
            "advice": finding.advice.map { .string($0) },
        ])
    }

    private static func rate(_ rate: Rate) -> JSONValue {
        .members([
            "datagrams_per_second": .integer(Int64(rate.datagrams)), "bytes_per_second": .integer(Int64(rate.bytes)),
        ])
    }

    /// By reason; in the order of the documents.
    private static func drops(_ drops: [DropReason: UInt64]) -> JSONValue {
        .object(
            DropReason.allCases.compactMap { reason in
                drops[reason].flatMap { $0 > 0 ? JSONValue.Member(key: reason.label, value: count($0)) : nil }
            }
        )
    }
}
