internal import RelayAdmin
internal import RelayControl
internal import RelayCore

extension HistoryBody {
    init(_ samples: [TrafficSample]) {
        self.init()
        clock = samples.map { ($0.clock * 1_000).rounded() / 1_000 }
        received = samples.map(\.receivedDatagrams)
        receivedBytes = samples.map(\.receivedBytes)
        sent = samples.map(\.sentDatagrams)
        sentBytes = samples.map(\.sentBytes)
        queueOverflows = samples.map(\.queueOverflows)
        sessions = samples.map(\.sessions)
        users = samples.map(\.users)
        jitterMedian = samples.map(\.jitterMedian)
        jitterHigh = samples.map(\.jitterHigh)
        missed = samples.map(\.missed)
        for reason in DropReason.allCases where samples.last?.drops[reason] != nil {
            drops[reason.label] = samples.map { $0.drops[reason] ?? 0 }
        }
    }
}

extension LinksBody {
    init(_ sessions: [InspectedSession]) {
        self.init()
        let links = sessions.flatMap(\.heardLinks)
        users = links.count
        let jitters = links.compactMap(\.jitter).sorted()
        if !jitters.isEmpty {
            jitterMedian = jitters[(jitters.count - 1) / 2]
            jitterHigh = jitters[(jitters.count * 19 - 1) / 20]
        }
        pings = links.reduce(0) { $0 + $1.pings }
        missedPings = links.reduce(0) { $0 + $1.missedPings }
    }

    /// Of the PINGs that were due, the share that did not arrive, 0 … 1; `nil` where none was.
    var missedShare: Double? {
        let due = pings + missedPings
        return due > 0 ? Double(missedPings) / Double(due) : nil
    }
}

extension InspectedSession {
    /// Of the users that are bound now; the host's on the server port.
    var heardLinks: [LinkQuality] {
        guard let report else { return [] }
        var links = report.users.filter { $0.endpoint != nil && $0.userToken != report.hostUserToken }.map(\.link)
        if report.hostEndpoint != nil { links.append(report.hostLink) }
        return links
    }

    /// Datagrams of the session's users that were dropped, and those that named the session and none of them.
    var dropped: UInt64 {
        guard let report else { return 0 }
        return ([report.drops] + report.users.map(\.drops)).reduce(0) { $0 + $1.values.reduce(0, +) }
    }
}

extension LinkQuality {
    /// Of the PINGs that should have arrived, the share that did not, 0 … 1; `nil` where none was expected.
    var missedShare: Double? {
        let expected = pings + missedPings
        return expected > 0 ? Double(missedPings) / Double(expected) : nil
    }
}
