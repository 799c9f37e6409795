internal import RelayCore

// What is to be said about the session and its host.
extension Examination {
    mutating func examineSession() {
        guard let report = symptoms.inspected.report else { return examineUnserved() }
        if symptoms.isDraining {
            note(
                "relay_draining",
                .note,
                .session,
                "The relay is draining: this session goes on, new ones are refused."
            )
        }
        examineHost(report)
        if report.heldDatagrams > 0 {
            note(
                "joiners_wait",
                .note,
                .session,
                "\(report.heldDatagrams) datagrams of early joiners wait for a host, two seconds at most."
            )
        }
        examineSessionDrops(report)
    }

    private mutating func examineUnserved() {
        if symptoms.inspected.isParked {
            note(
                "session_parked",
                .problem,
                .session,
                "The session is stored, but this relay has no pair of ports for it, so nothing of it is served.",
                "Give relay.ports.dedicated more ports and restart, or end the session with 'causewayctl kick'."
            )
        } else {
            note(
                "session_not_served",
                .problem,
                .session,
                "No worker serves the session: it has just ended, or the daemon is stopping.",
                "Ask again; where it stays so, read the daemon's log."
            )
        }
    }

    private mutating func examineHost(_ report: SessionReport) {
        guard let host = symptoms.inspected.host, let silence = report.hostSilence else {
            return examineMissingHost(report)
        }
        let subject = Finding.Subject.user(host.number)
        guard let endpoint = report.hostEndpoint else {
            return note(
                "host_not_back",
                isNew ? .note : .problem,
                subject,
                "User \(host.number) hosted before the daemon's restart \(Diagnosis.time(silence)) ago and has not been "
                    + "heard since.",
                "Look at the host: its datagrams do not arrive at the server port \(ports.server). Players wait for it."
            )
        }
        let place = Diagnosis.text(endpoint)
        if silence >= symptoms.hostTimeout {
            note(
                "host_silent",
                .problem,
                subject,
                "The host, user \(host.number) at \(place), was last heard \(Diagnosis.time(silence)) ago. Any user that "
                    + "pings the server port \(ports.server) takes over; from 5 s later on players are told that the session "
                    + "timed out.",
                "Look at the host's program and network: it is gone. Start it again, or let another user host."
            )
        } else if silence >= Self.quiet {
            note(
                "host_quiet",
                .problem,
                subject,
                "The host, user \(host.number) at \(place), was last heard \(Diagnosis.time(silence)) ago; transports "
                    + "send at least every half second.",
                "Look at the host's program (a pause, a long frame) and its network."
            )
        } else {
            note(
                "host_bound",
                .good,
                subject,
                "User \(host.number) hosts from \(place), heard \(Diagnosis.time(silence)) ago."
                    + Self.figures(report.hostRate, report.hostLink)
            )
        }
        if report.hostConflicts > Self.conflictsByChance {
            note(
                "host_contested",
                .problem,
                subject,
                "Two addresses take the host, user \(host.number), from each other: \(report.hostConflicts) times within a "
                    + "minute the one that had been replaced took its place back. Its token is stolen, or two devices use it.",
                DropReason.endpointConflict.advice
            )
        } else if report.hostMoves >= SessionSighting.manyMoves {
            note(
                "host_moves",
                .problem,
                subject,
                "The host changed its address \(report.hostMoves) times within a minute.",
                DropReason.endpointConflict.advice
            )
        }
        examine(report.hostLink, of: "The host, user \(host.number),", subject)
        examineUnexpectedHost(host, report)
    }

    /// A player that talks to the server port takes the host's role, and the real host is told to wait.
    private mutating func examineUnexpectedHost(_ host: SessionUser, _ report: SessionReport) {
        guard let first = session.users.first, first.number == 1, host.number != 1,
            let firstReport = symptoms.inspected.report(of: first), firstReport.endpoint == nil
        else { return }
        // Where user 1 knocks at the server port too, two want the role.
        let isContested = firstReport.drops[.notHost] != nil && knocksAtServerPort(firstReport)
        note(
            "unexpected_host",
            isContested ? .problem : .note,
            .user(host.number),
            "User \(host.number) hosts, and user 1, who usually does, is not heard as a player either.",
            "If user \(host.number) is a player, its transport is pointed at the server port \(ports.server): give it the "
                + "client port \(ports.client), and the host's role is free after \(Diagnosis.time(symptoms.hostTimeout)) "
                + "of silence."
        )
    }

    private mutating func examineMissingHost(_ report: SessionReport) {
        guard report.wasUsed else {
            return note(
                "nobody_came",
                isNew ? .note : .problem,
                .session,
                "Not one valid datagram has arrived for this session, which was made "
                    + "\(Diagnosis.time(UInt32(clamping: Int((symptoms.now - session.createdAt) * 1_000)))) ago.",
                hasSwappedTokens
                    ? "Somebody does reach the relay, with tokens that are swapped: see the user."
                    : "Compare relay address, ports (host \(ports.server), players \(ports.client)) and tokens with what the "
                        + "API answered, and open UDP \(ports.server) and \(ports.client) in every firewall. Whether they "
                        + "can be reached tells, on the host's machine, \(probe(ports.server)), on the players' "
                        + "\(probe(ports.client))."
            )
        }
        note(
            "no_host",
            isNew ? .note : .problem,
            .session,
            "Nobody hosts: no user has pinged the server port \(ports.server). What players send is held for two seconds, "
                + "then dropped.",
            "Start the game's host: its transport has to run as a server and talk to the server port \(ports.server)."
        )
        let talking = session.users.filter { symptoms.inspected.report(of: $0)?.endpoint != nil }
        guard let suspect = talking.first else { return }
        let advice =
            "If user \(suspect.number) is the host, its transport is pointed at the wrong port: the host talks to "
            + "\(ports.server), players to \(ports.client)."
        note(
            "host_on_client_port",
            .note,
            .user(suspect.number),
            "User \(suspect.number) talks to the client port \(ports.client) while nobody hosts.",
            advice
        )
    }
}
