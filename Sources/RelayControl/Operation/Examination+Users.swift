internal import RelayCore

// What is to be said about one user.
extension Examination {
    mutating func examine(_ user: SessionUser) {
        guard let report = symptoms.inspected.report(of: user) else {
            return note(
                "user_not_served",
                .problem,
                .user(user.number),
                "No worker knows user \(user.number): it has just been added or revoked.",
                "Ask again."
            )
        }
        let isHost = symptoms.inspected.host?.number == user.number
        let isExplained = examineSwapped(user, report, isHost: isHost)
        examineEndpoint(user, report, isHost: isHost, isExplained: isExplained)
        examineMoves(user, report)
        if !isHost { examine(report.link, of: "User \(user.number)", .user(user.number)) }
        examineDrops(of: user, report)
    }

    /// - Parameter isExplained: whether it is known already why nothing arrives.
    private mutating func examineEndpoint(
        _ user: SessionUser,
        _ report: UserReport,
        isHost: Bool,
        isExplained: Bool
    ) {
        let subject = Finding.Subject.user(user.number)
        guard let silence = report.silence else {
            // A host talks to the server port, and the findings on the host say what of it arrives.
            if !isHost, !isExplained { examineNeverHeard(user, report) }
            return
        }
        guard let endpoint = report.endpoint else {
            if isHost { return }
            return note(
                "user_gone",
                .problem,
                subject,
                "User \(user.number) was last heard \(Diagnosis.time(silence)) ago. After "
                    + "\(Diagnosis.time(symptoms.userTimeout)) its address is forgotten, and what the host sends to it is "
                    + "dropped.",
                "Look at the player's program and network; its next datagram binds it again."
            )
        }
        let name =
            report.connectionID == user.number
            ? "User \(user.number)"
            : "User \(user.number), for the host "
                + "now \(report.connectionID) after a rejoin,"
        let place = Diagnosis.text(endpoint)
        if silence >= Self.quiet {
            note(
                "user_quiet",
                .problem,
                subject,
                "\(name) is bound from \(place), but was last heard \(Diagnosis.time(silence)) ago; transports send at "
                    + "least every half second.",
                "Look at the player's program (a pause, a long frame) and its network."
            )
        } else {
            note(
                "user_bound",
                .good,
                subject,
                "\(name) is bound from \(place), heard \(Diagnosis.time(silence)) ago."
                    + Self.figures(report.rate, report.link)
            )
        }
    }

    private mutating func examineNeverHeard(_ user: SessionUser, _ report: UserReport) {
        if knocksAtServerPort(report) {
            return note(
                "user_on_server_port",
                .problem,
                .user(user.number),
                "User \(user.number) talks to the server port \(ports.server) and does not host. Nothing valid of user "
                    + "\(user.number) has arrived at the client port \(ports.client).",
                "If it is a player, its transport is pointed at the wrong port: players talk to \(ports.client), only the "
                    + "host to \(ports.server). If it is meant to host, another user has that role: look at who does."
            )
        }
        if report.usage.datagramsFrom > 0 {
            return note(
                "user_left_server_port",
                .note,
                .user(user.number),
                "User \(user.number) was heard at the server port \(ports.server) only, as a host is, and does not host now.",
                "Where it hosted before: nothing, it left or another user has taken over. If it is a player, its transport is "
                    + "pointed at the wrong port: players talk to \(ports.client)."
            )
        }
        let isReachable = symptoms.inspected.hasBoundUsers || symptoms.inspected.report?.hostEndpoint != nil
        var advice =
            isReachable
            ? "The relay is reachable, since others of the session are heard. On this player's machine: compare "
            : "Compare "
        advice +=
            "the port (players \(ports.client), only the host \(ports.server)), the session token and the user token "
            + "with what the API answered, and look at its firewall; \(probe(ports.client)) there tells whether it is open."
        if report.isPinned {
            advice += " Under sessions.pin_ip it is heard from \(user.address) only."
        }
        note(
            "user_never_heard",
            isNew(user) ? .note : .problem,
            .user(user.number),
            "Nothing valid of user \(user.number) has arrived at the client port \(ports.client) since the daemon "
                + "started.",
            advice
        )
    }

    /// Whether a user has just been turned away at the server port.
    func knocksAtServerPort(_ report: UserReport) -> Bool {
        guard report.drops[.notHost] != nil || report.drops[.wrongPort] != nil else { return false }
        // Of reasons other than the last one the time is not known; what was dropped since tells.
        guard report.lastDrop == .notHost || report.lastDrop == .wrongPort else { return true }
        return (report.lastDropAge ?? 0) < DropReason.recent
    }

    /// Conflicts within a minute that a bad network may cause.
    static let conflictsByChance = 3

    private mutating func examineMoves(_ user: SessionUser, _ report: UserReport) {
        if report.conflicts > Self.conflictsByChance {
            note(
                "user_contested",
                .problem,
                .user(user.number),
                "Two addresses take user \(user.number) from each other: \(report.conflicts) times within a minute the one "
                    + "that had been replaced took its place back. Its token is stolen, or two devices use it.",
                DropReason.endpointConflict.advice
            )
        } else if report.moves >= SessionSighting.manyMoves {
            note(
                "user_moves",
                .problem,
                .user(user.number),
                "User \(user.number) changed its address \(report.moves) times within a minute.",
                DropReason.endpointConflict.advice
            )
        }
        if report.hasCandidate {
            note(
                "user_roams",
                .note,
                .user(user.number),
                "Another address asks to take over user \(user.number) and has to wait until the old one is silent.",
                DropReason.roamingUnconfirmed.advice
            )
        }
    }

    /// A number that no user of the session has.
    mutating func examineAbsent(_ number: Int32) {
        if symptoms.inspected.hadUser(numbered: number) {
            note(
                "user_revoked",
                .problem,
                .user(number),
                "User \(number) was revoked: its tokens are no longer valid, and it is told so.",
                DropReason.revoked.advice
            )
        } else {
            // The number is not repeated: somebody may have pasted a token.
            note(
                "no_such_user",
                .problem,
                .session,
                "The session never had a user of that number: \(session.userList).",
                "Name a user by its number, 1 for the first; 'causewayctl users ID' lists them."
            )
        }
    }
}
