internal import ArgumentParser
internal import RelayAdmin

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show the relay live, once a second; ends with Ctrl-C.",
        discussion: """
            The sessions that matter come first: those in which somebody does not get through, then others that are played, \
            then all others, each newest first. Where the output is no terminal, each second is one line.
            """
    )

    @Option(help: ArgumentHelp("End after so many seconds.", valueName: "seconds"))
    var count: Int?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is 1 or more, not \(count)") }
    }

    func run() async throws {
        try await connection.withDaemon { daemon in
            var last = try await daemon.get(StatusBody.self, "/control/status")
            var shown = 0
            while count.map({ shown < $0 }) ?? true {
                try await Task.sleep(for: .seconds(1))
                let status = try await daemon.get(StatusBody.self, "/control/status")
                let rates = Rates(from: last, to: status)
                if connection.json {
                    try Output.json(RatedStatus(status: status, rates: rates))
                } else if Output.isTerminal {
                    let sessions = try? await daemon.get(SessionsBody.self, "/control/sessions?show=all&limit=20")
                    draw(status, rates, sessions)
                } else {
                    Output.lines([Self.line(status, rates)])
                }
                last = status
                shown += 1
            }
        }
    }

    /// Home, and each line cleared as it is written: nothing flickers.
    private func draw(_ status: StatusBody, _ rates: Rates, _ sessions: SessionsBody?) {
        var lines = StatusText.lines(status, rates, explains: false)
        if let sessions, sessions.total > 0 {
            lines += ["", "Sessions, those that are played first"] + SessionText.table(sessions.sessions).lines
        }
        Output.lines(["\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J"])
    }

    private static func line(_ status: StatusBody, _ rates: Rates) -> String {
        let drops = rates.drops.sorted { $0.value > $1.value }.map { "\($0.key)=\(Figures.count($0.value))" }
        return "\(status.phase) sessions=\(status.sessions) users=\(status.users) "
            + "in=\(Figures.count(rates.receivedDatagrams))/s (\(Figures.byteRate(rates.receivedBytes))) "
            + "out=\(Figures.count(rates.sentDatagrams))/s (\(Figures.byteRate(rates.sentBytes))) "
            + "dropped=\(Figures.count(rates.droppedDatagrams))/s"
            + (drops.isEmpty ? "" : " (\(drops.joined(separator: " ")))")
    }
}
