/// The data plane as the control plane sees it: plain values down, events up. When a call has returned, every worker
/// already behaves accordingly.
public protocol DataPlane: Sendable {
    /// How many workers forward datagrams, at least 1.
    var workerCount: Int { get }

    /// The worker that the kernel steers this session token to on the shared ports, 0 ..< `workerCount`.
    func worker(forSessionToken token: UInt32) -> Int

    /// The ports of a pair, host byte order.
    func ports(of pair: PortPairID) -> PortPair

    /// Starts serving a session; binds the pair's ports first where the pair is dedicated.
    /// - Throws: `DataPlaneError` when the ports cannot be bound or a table is full; nothing is served then.
    func add(_ plan: SessionPlan) async throws(DataPlaneError)

    /// Starts accepting one more user of a live session.
    func add(_ user: UserPlan, toSession sessionToken: UInt32) async throws(DataPlaneError)

    /// Stops accepting a user: when it returns, not one more datagram of that user passes. Unknown users are no error.
    func remove(userToken: UInt32, fromSession sessionToken: UInt32) async

    /// Stops serving a session and gives a dedicated pair's ports back. Unknown sessions are no error.
    func removeSession(_ sessionToken: UInt32) async

    /// Ends what the plane took over from an earlier process and nobody has added since: call it when every stored session
    /// was added. Returns how many sessions that were.
    func confirmRestored() async -> Int

    /// What was heard in a session, and how long ago; `nil` where it is not served.
    func activity(ofSession sessionToken: UInt32) async -> SessionActivity?

    /// What the worker knows of a session and its users; `nil` where it is not served.
    func report(ofSession sessionToken: UInt32) async -> SessionReport?

    /// A part of one worker's sessions at a glance.
    /// - Parameters:
    ///   - worker: 0 ..< `workerCount`.
    ///   - slot: 0, or `next` of the part before.
    func survey(ofWorker worker: Int, from slot: Int) async -> SessionSurvey
}

extension DataPlane {
    /// Nothing was taken over.
    public func confirmRestored() async -> Int { 0 }

    /// Nobody was heard.
    public func survey(ofWorker worker: Int, from slot: Int) async -> SessionSurvey { SessionSurvey() }
}

/// For how long it has been quiet in a session. After a restart of the daemon both count from then.
public struct SessionActivity: Sendable, Equatable {
    /// Milliseconds since the host was heard; `nil` while nobody hosts.
    public var hostSilence: UInt32?
    /// Milliseconds since anything valid was heard; since the session was made where nothing was.
    public var silence: UInt32

    public init(hostSilence: UInt32?, silence: UInt32) {
        self.hostSilence = hostSilence
        self.silence = silence
    }
}

/// Why the data plane could not take a session or a user.
public enum DataPlaneError: Error, Equatable {
    /// A dedicated pair's port is taken by another process; `port` in host byte order, `reason` the system's words.
    case portUnavailable(port: UInt16, reason: String)
    /// No more sockets can be opened, on whatever ports; `reason` says what to raise.
    case exhausted(reason: String)
    /// The worker's table of sessions or users is full; `limit` is its size, `key` the configuration key that sets it.
    case full(limit: Int, key: String)
    /// The session is not (or no longer) served.
    case unknownSession
    /// The session's or the user's token is taken already: draw another.
    case duplicateToken
    /// Threads, memory or descriptors cannot be had; the system's words.
    case cannotStart(reason: String)
    /// The plane is stopping.
    case stopped
}
