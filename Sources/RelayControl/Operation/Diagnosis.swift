package import RelayCore
internal import RelayNet

/// Says in words why a player does or does not get through: a pure function of what is known.
package enum Diagnosis {
    /// Everything there is to say, about the session first, then about its users, then about the relay.
    /// - Parameter user: the number (or connection id) of the one user to speak of; `nil` for all.
    package static func findings(_ symptoms: Symptoms, user: Int32? = nil) -> [Finding] {
        var examination = Examination(symptoms)
        examination.examineSession()
        guard symptoms.inspected.report != nil else { return examination.findings }
        if let user {
            if let known = symptoms.inspected.user(numbered: user) {
                examination.examine(known)
            } else {
                examination.examineAbsent(user)
            }
        } else {
            for known in symptoms.inspected.session.users { examination.examine(known) }
        }
        examination.examineRelay()
        return examination.findings
    }

    /// An endpoint as people write it.
    package static func text(_ endpoint: PeerEndpoint) -> String {
        let address = IPAddress(bytes: endpoint.address.bytes)
        return "\(address?.bracketed ?? "?"):\(endpoint.port)"
    }

    /// With one digit behind the point.
    static func tenths(_ value: Double) -> String {
        let tenths = Int((min(max(value, 0), 1e9) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Bytes a second as people write them.
    static func byteRate(_ bytes: UInt32) -> String {
        switch bytes {
        case ..<1_000: "\(bytes) B/s"
        case ..<1_000_000: "\(tenths(Double(bytes) / 1_000)) kB/s"
        default: "\(tenths(Double(bytes) / 1_000_000)) MB/s"
        }
    }

    /// Milliseconds as people say them.
    package static func time(_ milliseconds: UInt32) -> String {
        switch milliseconds {
        case ..<1_000: "\(milliseconds) ms"
        case ..<10_000: "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
        case ..<180_000: "\(milliseconds / 1_000) s"
        case ..<7_200_000: "\(milliseconds / 60_000) min"
        case ..<172_800_000: "\(milliseconds / 3_600_000) h"
        default: "\(milliseconds / 86_400_000) days"
        }
    }
}

/// One look at a session.
struct Examination {
    /// Milliseconds.
    static let quiet = SessionSighting.quiet

    let symptoms: Symptoms
    private(set) var findings: [Finding] = []

    init(_ symptoms: Symptoms) { self.symptoms = symptoms }

    var session: Session { symptoms.inspected.session }
    var ports: PortPair { session.ports }

    mutating func note(
        _ code: String,
        _ weight: Finding.Weight,
        _ subject: Finding.Subject,
        _ what: String,
        _ advice: String? = nil
    ) {
        findings.append(Finding(code, weight, subject, what, advice: advice))
    }

    /// Drops of the whole relay within the last second; what is this session's alone has been said already.
    mutating func examineRelay() {
        for drop in symptoms.drops where drop.recent > recentDrops(drop.reason) {
            note(
                "dropping_\(drop.reason.label)",
                .note,
                .relay,
                "In the last second the whole relay dropped \(Self.datagrams(drop.recent)) (\(drop.total) since it started): "
                    + "\(drop.reason.meaning(drop.failure)).",
                drop.reason.advice(drop.failure)
            )
        }
    }
}
