/// What the data plane saw and the control plane has to know. Tokens name the session and the user.
public enum PlaneEvent: Sendable, Equatable {
    /// A valid PING on the server port made this user the host. Who hosts is durable.
    case hostClaimed(sessionToken: UInt32, userToken: UInt32)
    /// The first valid datagram of a session arrived: from now on the idle limit counts, not the unused limit.
    case sessionUsed(sessionToken: UInt32)
    /// From now on the host knows the user by this id. Which id a user has is durable.
    case connectionIDGiven(sessionToken: UInt32, userToken: UInt32, connectionID: Int32)
    /// For the fourth time within a minute an address took the user's place back: a stolen token, or two devices.
    case endpointContested(sessionToken: UInt32, userToken: UInt32)
    /// Nothing valid arrived for the idle or the unused limit. Told again every idle-check round until the session is removed.
    case sessionIdle(sessionToken: UInt32)
}
