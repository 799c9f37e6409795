package import RelayCore

/// Drops of one reason.
package struct DropSample: Sendable, Equatable {
    package var reason: DropReason
    /// Since the daemon started.
    package var total: UInt64
    /// Within the second that was looked at.
    package var recent: UInt64
    /// Of `sendError`: why the kernel refused the last one.
    package var failure: SendFailure?

    package init(_ reason: DropReason, total: UInt64, recent: UInt64 = 0, failure: SendFailure? = nil) {
        self.reason = reason
        self.total = total
        self.recent = recent
        self.failure = failure
    }
}

extension DropReason {
    /// What happened, after "dropped: …".
    package var meaning: String { words.meaning }

    /// What to do, a sentence.
    package var advice: String { words.advice }

    /// What happened; of `sendError` with the kernel's reason.
    package func meaning(_ failure: SendFailure?) -> String {
        failure.map { "\(meaning), the last one with \($0.name)" } ?? meaning
    }

    /// What to do, a sentence; of `sendError` by the kernel's reason.
    package func advice(_ failure: SendFailure?) -> String {
        guard let failure else { return advice }
        return failure.advice.prefix(1).uppercased() + failure.advice.dropFirst() + "."
    }

    private var words: (meaning: String, advice: String) {
        switch self {
        case .tooShort:
            ("shorter than any datagram of the protocol", "Nothing, unless your game sends it: it is no relay client.")
        case .badLength:
            (
                "a PING of the wrong length, or DATA without content",
                "Compare the transport's version with docs/wire.md."
            )
        case .unknownType:
            ("neither PING nor DATA", "Something else than a relay client talks to this port, or an old transport.")
        case .oversize:
            ("longer than 1200 bytes", "Lower the transport's largest packet (MTU) to 1200 with the relay's header.")
        case .badSource:
            (
                "from an address that no player can have, or from the relay itself",
                "Look for a loop: a player or proxy that sends from the relay's own ports."
            )
        case .unknownSession:
            (
                "a session token that no live session has",
                "The session ended or never existed here: compare the player's session token and relay address with "
                    + "what the API answered."
            )
        case .unknownUser:
            (
                "a right session token with a user token that the session does not have",
                "Give the player a user token of this very session; authorize a user where it has none."
            )
        case .notReady:
            (
                "tokens that are unknown while the stored sessions are not read yet",
                "Nothing, if it ends within seconds of the start; else look why the database cannot be read."
            )
        case .revoked:
            (
                "tokens that were valid once: the user was revoked, or the session was deleted or ended",
                "Authorize a new user, or create a new session, and give the player the new tokens."
            )
        case .wrongPort:
            (
                "DATA on the server port while nobody hosts, or tokens of a session on another pair of ports",
                "Players must talk to the client port, and only the host to the server port, of the pair that the API "
                    + "answered."
            )
        case .notHost:
            (
                "DATA on the server port from a user who does not host",
                "Point the player at the client port; or another user hosts than you think."
            )
        case .noHost:
            ("from an early joiner, and no host came within two seconds", "Start the host before the players join.")
        case .noAddress:
            (
                "from the host to a user who was not heard from within the user timeout",
                "Look at that player: its datagrams do not arrive. A host may go on sending for a while after a player "
                    + "left; that is harmless."
            )
        case .unknownConnectionID:
            (
                "from the host to a connection id that the session never gave out",
                "The host must answer with the id that stood in the player's datagram."
            )
        case .retiredConnectionID:
            (
                "from the host to a player that rejoined or was revoked",
                "Nothing: it ends when the host's transport gives the old connection up."
            )
        case .retiredEndpoint:
            ("from the old address of a player that has just rejoined", "Nothing, unless two programs use one token.")
        case .rejoinTooSoon:
            (
                "a fresh game connection of a player that had twelve new connection ids in a row",
                "Look for a client that reconnects in a loop; one more is allowed every 15 seconds. Or two programs use one "
                    + "token."
            )
        case .roamingUnconfirmed:
            (
                "from another address while the player's old one may still be alive",
                "A player on a new network gets through after a moment. Where it goes on, two programs use one token."
            )
        case .roamingForbidden:
            (
                "from another address, which sessions.roaming: strict forbids",
                "Set sessions.roaming to normal, or authorize a new user."
            )
        case .endpointConflict:
            (
                "from a second address, shortly after one that had been replaced took its player back",
                "A token is stolen, or two devices use it: give each player its own; revoke the user and authorize a new one."
            )
        case .rebindFrozen:
            (
                "a move to another address while the session is flooded with wrong user tokens",
                "Somebody guesses at this session. The player gets through once that stops, or after five seconds of "
                    + "silence."
            )
        case .guessBudget:
            (
                "from an address that sends wrong tokens without end, so that nothing of it is looked up for a moment",
                "Somebody there guesses, or a program makes its tokens up. Players who are connected go on; others get "
                    + "through when it stops (guess.per_source, guess.past_budget)."
            )
        case .guessStranger:
            (
                "right tokens from an address that sent too many wrong ones, and that is not the player's",
                "Tell the API the player's public address, and the player gets through; or it waits up to a minute "
                    + "(guess.per_source). Look for whoever guesses behind that address."
            )
        case .addressPinned:
            (
                "from another address than the one the API was told, under sessions.pin_ip",
                "Tell the API the player's public address, or switch sessions.pin_ip off."
            )
        case .heldReplaced:
            ("replaced by a newer datagram of the same early joiner", "Nothing: its transport sends it again.")
        case .heldOverflow:
            ("no room to hold one more early joiner's datagram", "Start the host before the players join.")
        case .overUserLimit:
            (
                "more than one user may send within a second",
                "Look for a program that sends without pause, or raise limits.user_datagrams or limits.user_bytes."
            )
        case .overSessionLimit:
            (
                "more than the users of one session may send together within a second",
                "Look at the rates of its users, or raise limits.session_datagrams or limits.session_bytes."
            )
        case .overRelayLimit:
            (
                "more than this relay forwards within a second",
                "Spread the sessions over more relays, or raise limits.relay_datagrams or limits.relay_bytes."
            )
        case .sendError:
            (
                "the kernel refused to send it",
                "Look at the machine: a firewall's OUTPUT rules, routes, or a full send queue."
            )
        }
    }
}
