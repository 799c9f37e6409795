import Logging
import RelayCore

// What each condition means to an operator, and what there is to do about it.
extension PlaneCondition {
    /// `warning` where players lose something and the operator can change it, or where somebody attacks.
    var level: Logger.Level {
        switch self {
        case .queueOverflow: .warning
        case .drop(let reason):
            switch reason {
            case .oversize, .endpointConflict, .rebindFrozen, .guessBudget, .guessStranger, .heldOverflow, .sendError:
                .warning
            case .overUserLimit, .overSessionLimit, .overRelayLimit: .warning
            default: .info
            }
        }
    }

    /// What happened, and what to do.
    /// - Parameter failure: why the kernel last refused to send something.
    func words(_ failure: SendFailure?) -> String {
        if case .drop(.sendError) = self, let failure {
            return
                "datagrams dropped: the kernel refused to send them, the last one with \(failure.name): \(failure.advice)"
        }
        return words
    }

    var words: String {
        switch self {
        case .queueOverflow:
            "datagrams lost in full receive queues: give the sockets more room (ReceiveBuffer= in causeway.socket, or "
                + "net.core.rmem_max) or the machine more processors"
        case .drop(let reason): "datagrams dropped: \(Self.explanation(of: reason))"
        }
    }

    private static func explanation(of reason: DropReason) -> String {
        switch reason {
        case .tooShort: "too short for tokens and type; not a client's, most likely a scan"
        case .badLength: "a PING of the wrong length, or DATA without a payload; a client with a fault, or a scan"
        case .unknownType: "neither PING nor DATA; not a client's, most likely a scan"
        case .oversize: "longer than 1200 bytes; lower the maximum datagram size of the game's transport"
        case .badSource: "from an address or port that no player can have; forged, or a loop"
        case .unknownSession:
            "no live session has that token; players of ended sessions, or somebody who guesses. If players complain, "
                + "look whether the session expired (sessions.idle_timeout, sessions.unused_timeout)"
        case .unknownUser: "the session has no such user; players of a former session, or somebody who guesses"
        case .notReady: "unknown tokens while the stored sessions are not read yet; they are judged when that is done"
        case .revoked: "the user was revoked, or the session ended, a moment ago; the client has not noticed yet"
        case .wrongPort:
            "from a host on the players' port or from players on the host's port, or for another session's ports; check "
                + "which of the two ports the game uses for what"
        case .notHost: "on the host's port while another user hosts; only one user of a session can be host"
        case .noHost: "players waited for a host that did not come; start the host before them, or at once after"
        case .noAddress: "for players that have not been heard from; they left or have not joined yet"
        case .unknownConnectionID: "for a connection id that the session never gave out; a host with a fault"
        case .retiredConnectionID:
            "for a connection id that a rejoin or a revocation ended; the host has not noticed yet"
        case .retiredEndpoint: "from an address that its player has left for another; leftovers of a rejoin"
        case .rejoinTooSoon:
            "fresh connections of a player that had twelve new connection ids in a row; it reconnects in a loop"
        case .roamingUnconfirmed: "from a player's new address while the old one may still be alive; ends by itself"
        case .roamingForbidden: "from a player's new address, which sessions.roaming: strict forbids"
        case .endpointConflict:
            "two live addresses use the same user's token; the game gives one token to two players, or it was stolen: "
                + "revoke the user"
        case .rebindFrozen:
            "a session is flooded with wrong user tokens, so its live players cannot change their address; somebody with "
                + "the session's token guesses: end the session if it goes on"
        case .guessBudget:
            "a source sends wrong tokens without end and is ignored for moments (guess.per_source, guess.past_budget)"
        case .guessStranger:
            "right tokens from a source that sent too many wrong ones, and that is not known to be the player's "
                + "(guess.per_source); tell the API the players' public addresses"
        case .addressPinned: "from another address than the API was told, which sessions.pin_ip forbids"
        case .heldReplaced: "an early player sent more before its host came; only the newest datagram is kept for it"
        case .heldOverflow: "no room to hold more datagrams of early players; start hosts before their players"
        case .overUserLimit:
            "a user sent more than one may within a second (limits.user_datagrams, limits.user_bytes); 'causewayctl top' "
                + "shows the busiest sessions"
        case .overSessionLimit:
            "the users of a session sent more than they may within a second (limits.session_datagrams, "
                + "limits.session_bytes); 'causewayctl top' shows the busiest sessions"
        case .overRelayLimit:
            "all sessions together sent more than the relay may forward within a second (limits.relay_datagrams, "
                + "limits.relay_bytes)"
        case .sendError: "the kernel refused to send them; look at the machine's routes, firewall and network"
        }
    }
}
