import Foundation
import Testing

/// The daemon's reasons for dropping a datagram, as `/metrics` names them.
enum DropReason: String, CaseIterable {
    case tooShort = "too_short"
    case badLength = "bad_length"
    case unknownType = "unknown_type"
    case oversize
    case badSource = "bad_source"
    case unknownSession = "unknown_session"
    case unknownUser = "unknown_user"
    case notReady = "not_ready"
    case revoked
    case wrongPort = "wrong_port"
    case notHost = "not_host"
    case noHost = "no_host"
    case noAddress = "no_address"
    case unknownConnectionID = "unknown_connection_id"
    case retiredConnectionID = "retired_connection_id"
    case retiredEndpoint = "retired_endpoint"
    case rejoinTooSoon = "rejoin_too_soon"
    case roamingUnconfirmed = "roaming_unconfirmed"
    case roamingForbidden = "roaming_forbidden"
    case endpointConflict = "endpoint_conflict"
    case rebindFrozen = "rebind_frozen"
    case guessBudget = "guess_budget"
    case guessStranger = "guess_stranger"
    case addressPinned = "address_pinned"
    case sendError = "send_error"
    case heldReplaced = "held_replaced"
    case heldOverflow = "held_overflow"
}

/// One reading of `/metrics`.
struct Metrics {
    /// Samples in the order of the text.
    var samples: [(name: String, labels: String, value: Double)] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            guard let value = parts.last.flatMap({ Double($0) }) else { continue }
            let series = line.dropLast(parts.last!.count + 1)
            let name = series.prefix { $0 != "{" }
            samples.append((String(name), String(series.dropFirst(name.count)), value))
        }
    }

    func drops(_ reason: DropReason) -> Int? {
        let matching = samples.filter {
            $0.name == "causeway_dropped_datagrams_total" && $0.labels.contains(#"reason="\#(reason.rawValue)""#)
        }
        return matching.isEmpty ? nil : Int(matching.reduce(0) { $0 + $1.value })
    }

    /// The samples of this name together, whatever their labels.
    func sum(_ name: String) -> Int {
        Int(samples.filter { $0.name == name }.reduce(0) { $0 + $1.value })
    }

    /// All drops by reason, zeros left out.
    var drops: [DropReason: Int] {
        var result: [DropReason: Int] = [:]
        for reason in DropReason.allCases {
            if let count = drops(reason), count > 0 { result[reason] = count }
        }
        return result
    }
}

extension TestDaemon {
    func metrics() throws -> Metrics {
        let response = try api(authorization: nil).get("/metrics")
        try #require(response.status == 200, "/metrics: \(response.text)")
        return Metrics(response.text)
    }

    func drops(_ reason: DropReason) throws -> Int {
        try metrics().drops(reason) ?? 0
    }

    /// Waits until so many datagrams in all have been dropped, whatever for: what is counted next is of what comes next.
    func awaitDrops(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let dropped = try holds(within: .seconds(20), every: .milliseconds(50)) {
            try metrics().drops.values.reduce(0, +) >= count
        }
        let all = try metrics().drops
        try #require(dropped, "never \(count) drops: \(all)", sourceLocation: sourceLocation)
    }

    /// Expects that exactly these drops are counted while the body runs, and no others.
    func expectDrops(
        _ expected: [DropReason: Int],
        sourceLocation: SourceLocation = #_sourceLocation,
        during body: () throws -> Void
    ) throws {
        let before = try metrics().drops
        try body()
        var difference: [DropReason: Int] = [:]
        _ = try holds(within: .seconds(20), every: .milliseconds(50)) {
            difference = try metrics().drops.merging(before.mapValues { -$0 }, uniquingKeysWith: +)
                .filter { $0.value != 0 }
            return difference == expected
        }
        #expect(difference == expected, "drops by reason", sourceLocation: sourceLocation)
    }

    /// Expects at least one drop of this reason while the body runs, whatever else is counted.
    func expectSomeDrops(
        _ reason: DropReason,
        sourceLocation: SourceLocation = #_sourceLocation,
        during body: () throws -> Void
    ) throws {
        let before = try drops(reason)
        try body()
        let counted = try holds(within: .seconds(20), every: .milliseconds(50)) { try drops(reason) > before }
        let all = try metrics().drops
        #expect(counted, "no \(reason.rawValue) counted; \(all)", sourceLocation: sourceLocation)
    }
}
