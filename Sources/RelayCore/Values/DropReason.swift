/// Why a datagram was dropped. Every dropped datagram is counted under exactly one of these.
public enum DropReason: Int, Sendable, CaseIterable {
    /// Shorter than tokens and type.
    case tooShort
    /// A PING that is not 9 bytes, or DATA without a payload.
    case badLength
    /// Neither PING nor DATA.
    case unknownType
    /// Longer than 1200 bytes.
    case oversize
    /// From port 0, a multicast, broadcast or unspecified address, or one of the relay's own ports.
    case badSource
    /// No live session has this session token.
    case unknownSession
    /// The session lives, and has no such user.
    case unknownUser
    /// Unknown tokens while stored sessions are not read yet.
    case notReady
    /// Tokens that were valid: revoked, deleted or expired.
    case revoked
    /// DATA on the server port while nobody hosts, or tokens of a session that lives on another pair of ports.
    case wrongPort
    /// DATA on the server port while another user hosts.
    case notHost
    /// Held for an early joiner until it was too old, and no host came.
    case noHost
    /// From the host to a user who was never heard from, or not within the user timeout.
    case noAddress
    /// From the host to a connection id that the session never gave out.
    case unknownConnectionID
    /// From the host to a connection id that was given up by a rejoin or a revocation.
    case retiredConnectionID
    /// From an endpoint that a rejoin from the same address replaced less than 10 s ago.
    case retiredEndpoint
    /// A fresh game connection of a user whose budget of new connection ids is used up.
    case rejoinTooSoon
    /// From another IP while the old endpoint may still be alive; superseded or never accepted.
    case roamingUnconfirmed
    /// From another IP under `sessions.roaming: strict`.
    case roamingForbidden
    /// From another IP within a minute after an address took its place back from one, and the user is alive there.
    case endpointConflict
    /// A move of a live user while the session is flooded with wrong user tokens.
    case rebindFrozen
    /// From a source that sent too many wrong tokens, some of them in this very second, and not from a bound endpoint.
    case guessBudget
    /// Right tokens from a source that sent too many wrong ones, and where their user was neither bound nor expected.
    case guessStranger
    /// From another address than the one the API was told, under `sessions.pin_ip`.
    case addressPinned
    /// Replaced by a newer datagram of the same early joiner.
    case heldReplaced
    /// No room to hold one more early joiner's datagram.
    case heldOverflow
    /// Past what one user may send (`limits.user_datagrams`, `limits.user_bytes`).
    case overUserLimit
    /// Past what the users of one session may send together (`limits.session_datagrams`, `limits.session_bytes`).
    case overSessionLimit
    /// Past what the relay forwards in all (`limits.relay_datagrams`, `limits.relay_bytes`).
    case overRelayLimit
    /// The kernel refused to send it.
    case sendError

    /// The label value in the metrics.
    public var label: String {
        switch self {
        case .tooShort: "too_short"
        case .badLength: "bad_length"
        case .unknownType: "unknown_type"
        case .oversize: "oversize"
        case .badSource: "bad_source"
        case .unknownSession: "unknown_session"
        case .unknownUser: "unknown_user"
        case .notReady: "not_ready"
        case .revoked: "revoked"
        case .wrongPort: "wrong_port"
        case .notHost: "not_host"
        case .noHost: "no_host"
        case .noAddress: "no_address"
        case .unknownConnectionID: "unknown_connection_id"
        case .retiredConnectionID: "retired_connection_id"
        case .retiredEndpoint: "retired_endpoint"
        case .rejoinTooSoon: "rejoin_too_soon"
        case .roamingUnconfirmed: "roaming_unconfirmed"
        case .roamingForbidden: "roaming_forbidden"
        case .endpointConflict: "endpoint_conflict"
        case .rebindFrozen: "rebind_frozen"
        case .guessBudget: "guess_budget"
        case .guessStranger: "guess_stranger"
        case .addressPinned: "address_pinned"
        case .heldReplaced: "held_replaced"
        case .heldOverflow: "held_overflow"
        case .overUserLimit: "over_user_limit"
        case .overSessionLimit: "over_session_limit"
        case .overRelayLimit: "over_relay_limit"
        case .sendError: "send_error"
        }
    }
}
