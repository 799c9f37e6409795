internal import ArgumentParser
internal import RelayAdmin

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Take no new sessions and stop the daemon once those that live have ended.",
        discussion: """
            New sessions are refused with status 503 and /readyz turns 503; sessions that live go on and may get further \
            users. The command shows what is left and returns when the daemon has stopped. Sessions that are left at the \
            deadline are not deleted: the next start serves them again.
            """
    )

    @Option(
        help: ArgumentHelp("Stop after this time whatever is left, such as 30m or 1h30m.", valueName: "duration")
    )
    var deadline: DurationArgument?

    @Option(help: ArgumentHelp("Stop with so many sessions left.", valueName: "sessions"))
    var until = 0

    @Flag(help: "Return at once instead of waiting for the end.")
    var noWait = false

    @Flag(help: "Call a drain off: new sessions are welcome again.")
    var undo = false

    @OptionGroup var connection: ConnectionOptions

    private struct Plan: Encodable {
        var until: Int
        var deadlineSeconds: Int?
    }

    /// The last line of `--json`.
    private struct End: Encodable {
        var isStopped = true
        var sessions: Int
    }

    func validate() throws {
        guard until >= 0 else { throw ValidationError("--until is 0 or more, not \(until)") }
        if undo, deadline != nil || until != 0 || noWait {
            throw ValidationError("--undo calls a drain off; leave the other options out")
        }
    }

    func run() async throws {
        try await connection.withDaemon { daemon in
            if undo {
                let answer = try await daemon.call(MessageBody.self, .delete, "/control/drain")
                return connection.json ? try Output.json(answer) : Output.lines([answer.message])
            }
            let plan = Plan(until: until, deadlineSeconds: deadline?.seconds)
            let progress = try await daemon.call(DrainBody.self, .post, "/control/drain", body: plan)
            try show(progress)
            if !noWait { try await wait(for: daemon, progress) }
        }
    }

    private func wait(for daemon: DaemonClient, _ start: DrainBody) async throws {
        var last = start
        while !last.isFinished {
            do {
                let progress = try await daemon.get(DrainBody.self, "/control/drain?known=\(last.sessions)")
                if progress.sessions != last.sessions, !progress.isFinished { try show(progress) }
                last = progress
            } catch {
                // A daemon that is stopped by a signal breaks the connection off, and one that still runs has refused.
                if SocketProbe.look(at: daemon.path) == .listening { throw error }
                break
            }
        }
        for _ in 0..<300 where SocketProbe.look(at: daemon.path) == .listening {
            try await Task.sleep(for: .milliseconds(100))
        }
        if SocketProbe.look(at: daemon.path) == .listening {
            throw ControlError("the drain has come to its end, but the daemon has not stopped within 30 s; see its log")
        }
        try showEnd(last.sessions)
    }

    private func show(_ progress: DrainBody) throws {
        if connection.json { return try Output.json(progress) }
        Output.lines(["draining: \(DrainText.progress(progress))"])
    }

    private func showEnd(_ sessions: Int) throws {
        if connection.json { return try Output.json(End(sessions: sessions)) }
        let left = sessions > 0 ? " with \(sessions) session\(sessions == 1 ? "" : "s") left" : ""
        Output.lines(["drained: the daemon has stopped\(left)"])
    }
}
