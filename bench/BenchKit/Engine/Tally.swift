internal import Histogram

/// What one thread, or after ``add(_:)`` the whole run, has seen. Histograms count microseconds, 3 digits exact.
struct Tally: Sendable {
    /// Measured datagrams handed to the kernel, and those of them that arrived (each counted once).
    var sent: UInt64 = 0
    var delivered: UInt64 = 0
    /// The same during warm-up.
    var warmupSent: UInt64 = 0
    var warmupDelivered: UInt64 = 0
    /// Payloads that are not byte for byte what was sent, or not of the size that was sent.
    var corrupt: UInt64 = 0
    /// Intact payloads at a player they were not meant for.
    var misrouted: UInt64 = 0
    /// Datagrams to a host under an id that is not allowed, is another client's, or is not the one the client had.
    var wrongConnectionID: UInt64 = 0
    var duplicates: UInt64 = 0
    var reordered: UInt64 = 0
    /// Arrivals so late that nobody knows whether they are duplicates; counted as lost.
    var tooOld: UInt64 = 0
    /// Datagrams that the protocol does not know, or of another run.
    var unexpected: UInt64 = 0
    /// ICMP port-unreachable answers.
    var refused: UInt64 = 0
    /// Planned datagrams that the kernel did not take: the generator's fault.
    var unsent: UInt64 = 0
    /// Datagrams that the generator's own full sockets dropped.
    var socketDrops: UInt64 = 0
    var keepAlivesSent: UInt64 = 0
    var keepAliveAnswers: UInt64 = 0
    /// Answers other than Valid after a player had joined.
    var keepAlivesNotValid: UInt64 = 0
    /// Processor time of the sending threads while they sent, in nanoseconds.
    var processorNanoseconds: UInt64 = 0
    /// Measured payloads that reached the sockets between the begin and the end of the measured time.
    var windowArrivals: UInt64 = 0
    /// Processor time of the watched process between them, in nanoseconds.
    var forwarderNanoseconds: UInt64 = 0
    /// The search for a rate without loss, if there was one.
    var search: LossFreeSearch?
    /// Longest time between two measured datagrams of one flow at their receiver, in nanoseconds.
    var longestGap: UInt64 = 0

    /// Planned send time to the reading of the datagram by its receiver.
    var latency = Tally.emptyHistogram()
    /// Planned send time to actual send.
    var lateness = Tally.emptyHistogram()
    /// Arrival in the receiver's socket to its reading.
    var receiveLag = Tally.emptyHistogram()

    /// Longest time told apart from longer ones: one minute, in microseconds.
    static let longest: UInt64 = 60_000_000

    private static func emptyHistogram() -> Histogram<UInt64> {
        Histogram(highestTrackableValue: longest, numberOfSignificantValueDigits: .three)
    }

    /// Failures no relay may show, whatever the network does.
    var violations: UInt64 {
        corrupt + misrouted + wrongConnectionID + duplicates + unexpected + keepAlivesNotValid
    }

    /// Adds what another thread has seen.
    mutating func add(_ other: Tally) {
        sent += other.sent
        delivered += other.delivered
        warmupSent += other.warmupSent
        warmupDelivered += other.warmupDelivered
        corrupt += other.corrupt
        misrouted += other.misrouted
        wrongConnectionID += other.wrongConnectionID
        duplicates += other.duplicates
        reordered += other.reordered
        tooOld += other.tooOld
        unexpected += other.unexpected
        refused += other.refused
        unsent += other.unsent
        socketDrops += other.socketDrops
        keepAlivesSent += other.keepAlivesSent
        keepAliveAnswers += other.keepAliveAnswers
        keepAlivesNotValid += other.keepAlivesNotValid
        processorNanoseconds += other.processorNanoseconds
        windowArrivals += other.windowArrivals
        forwarderNanoseconds += other.forwarderNanoseconds
        search = search ?? other.search
        longestGap = max(longestGap, other.longestGap)
        latency.add(other.latency)
        lateness.add(other.lateness)
        receiveLag.add(other.receiveLag)
    }
}
