internal import RelayAdmin

/// Sessions and users as tables.
enum SessionText {
    static func table(_ sessions: [SessionBody]) -> Table {
        var table = Table("SESSION", "AGE", "USERS", "BOUND", "HOST", "HOST HEARD", "LAST HEARD", "RATE", "PORTS")
        for session in sessions {
            table.add(
                session.id,
                Figures.time(seconds: session.age),
                "\(session.userCount)",
                "\(session.boundUsers)",
                host(session),
                session.host == nil ? "-" : Figures.ago(milliseconds: session.hostSilence),
                heard(session),
                rate(session.rate),
                "\(session.serverPort)/\(session.clientPort)"
            )
        }
        return table
    }

    static func details(_ session: SessionBody) -> [String] {
        [
            "Session   \(session.id)" + (session.state == "parked" ? ", parked: no ports to be served on" : ""),
            "Made      \(Figures.time(seconds: session.age)) ago",
            "Ports     server \(session.serverPort), client \(session.clientPort)",
            "Host      " + hostLine(session),
            "Heard     \(heard(session))",
            "Traffic   \(rate(session.rate)) from all users, at most \(rate(session.peak)) within a second",
        ] + (session.drops.isEmpty ? [] : ["Dropped   \(drops(session.drops)), with the session's token"])
    }

    /// Who the users are and where they were heard; then how they arrive.
    static func lines(_ users: [UserBody]) -> [String] {
        if users.isEmpty { return ["No users."] }
        return places(users).lines + [""] + links(users).lines
    }

    private static func places(_ users: [UserBody]) -> Table {
        var table = Table(
            "USER",
            "ID NOW",
            "ROLE",
            "STANDING",
            "FROM",
            "LAST HEARD",
            "SENT",
            "RECEIVED",
            "TOLD TO THE API"
        )
        for user in users {
            table.add(
                "\(user.number)",
                "\(user.connectionId)",
                user.isHost ? "host" : "client",
                user.standing.replacing("_", with: " "),
                user.endpoint ?? "-",
                Figures.ago(milliseconds: user.silence),
                Figures.bytes(user.usage.bytesFrom),
                Figures.bytes(user.usage.bytesTo),
                user.address + (user.isPinned ? " (pinned)" : "")
            )
        }
        return table
    }

    private static func links(_ users: [UserBody]) -> Table {
        var table = Table("USER", "RATE", "JITTER", "MISSED", "GAPS", "LONGEST", "MOVES", "REJOINS", "DROPPED")
        for user in users {
            let link = user.link
            table.add(
                "\(user.number)",
                rate(user.rate),
                link.jitter.map { "\(Figures.oneDigit($0)) ms" } ?? "-",
                Figures.share(link.missedPings, of: link.pings + link.missedPings),
                "\(link.gaps)",
                link.gaps == 0 ? "-" : Figures.duration(milliseconds: link.longestGap),
                "\(link.moves)",
                "\(link.rejoins)",
                user.drops.isEmpty ? "-" : drops(user.drops)
            )
        }
        return table
    }

    private static func rate(_ rate: RateBody) -> String {
        rate.datagrams == 0
            ? "-" : "\(Figures.count(UInt64(rate.datagrams)))/s \(Figures.byteRate(Double(rate.bytes)))"
    }

    /// The two most frequent reasons; JSON has them all.
    private static func drops(_ drops: [DropCountBody]) -> String {
        let shown = drops.prefix(2).map { "\(Figures.count($0.count)) \($0.reason)" }.joined(separator: ", ")
        let rest = drops.dropFirst(2).reduce(0) { $0 + $1.count }
        return rest == 0 ? shown : "\(shown), \(Figures.count(rest)) others"
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
