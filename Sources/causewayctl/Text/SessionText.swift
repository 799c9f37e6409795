internal import RelayAdmin

/// Sessions and users as tables.
enum SessionText {
    static func table(_ sessions: [SessionBody]) -> Table {
        var table = Table("SESSION", "AGE", "USERS", "BOUND", "HOST", "HOST HEARD", "LAST HEARD", "PORTS")
        for session in sessions {
            table.add(
                session.id,
                Figures.time(seconds: session.age),
                "\(session.userCount)",
                "\(session.boundUsers)",
                host(session),
                session.host == nil ? "-" : Figures.ago(milliseconds: session.hostSilence),
                heard(session),
                "\(session.serverPort)/\(session.clientPort)"
            )
        }
        return table
    }

    static func details(_ session: SessionBody) -> [String] {
        [
            "Session   \(session.id)" + (session.state == "parked" ? ", parked: no ports to be served on" : ""),
            "Made      \(Figures.time(seconds: session.age)) ago",
            "Ports     host \(session.serverPort), players \(session.clientPort)",
            "Host      " + hostLine(session),
            "Heard     \(heard(session))",
        ]
    }

    static func table(_ users: [UserBody]) -> Table {
        var table = Table("USER", "ID NOW", "ROLE", "FROM", "LAST HEARD", "MOVES", "TOLD TO THE API")
        for user in users {
            table.add(
                "\(user.number)",
                "\(user.connectionId)",
                user.isHost ? "host" : "player",
                user.endpoint ?? "-",
                Figures.ago(milliseconds: user.silence),
                "\(user.moves)",
                user.address + (user.isPinned ? " (pinned)" : "")
            )
        }
        return table
    }

    private static func heard(_ session: SessionBody) -> String {
        session.isUsed ? Figures.ago(milliseconds: session.silence) : "never"
    }

    private static func host(_ session: SessionBody) -> String { session.host.map { "\($0)" } ?? "-" }

    private static func hostLine(_ session: SessionBody) -> String {
        guard let host = session.host else { return "nobody" }
        let place = session.hostEndpoint.map { " from \($0)" } ?? ", not heard since the daemon's start"
        return "user \(host)\(place), \(Figures.ago(milliseconds: session.hostSilence))"
    }
}
