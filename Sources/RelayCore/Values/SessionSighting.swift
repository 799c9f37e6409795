/// A session in which somebody was heard lately, at a glance: for whoever has to choose among many. `SessionReport` has what
/// there is to know of it.
public struct SessionSighting: Sendable, Equatable {
    /// Names the session to the control plane; shown to nobody.
    public var sessionToken: UInt32
    /// Whether somebody seems not to get through.
    public var isTroubled: Bool

    public init(sessionToken: UInt32, isTroubled: Bool) {
        self.sessionToken = sessionToken
        self.isTroubled = isTroubled
    }

    /// Transports ping every half second: who is silent for as many milliseconds has a reason.
    public static let quiet: UInt32 = 3_000
    /// Milliseconds within which somebody has to be heard for a session to be one that is played.
    public static let lately: UInt32 = 30_000
    /// Milliseconds within which wrong user tokens are news.
    public static let wrongUsersRecent: UInt32 = 10_000
    /// From so many moves within a minute on, two programs fight for one user's place.
    public static let manyMoves = 3
}

/// Part of a worker's sessions at a glance.
public struct SessionSurvey: Sendable, Equatable {
    /// Those in which somebody was heard lately.
    public var sightings: [SessionSighting]
    /// Where the next part begins; 0 where this one was the last.
    public var next: Int

    public init(sightings: [SessionSighting] = [], next: Int = 0) {
        self.sightings = sightings
        self.next = next
    }
}
