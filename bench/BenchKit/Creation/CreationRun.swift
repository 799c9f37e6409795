internal import NIOCore

/// Creates sessions through the API over connections that stay open, and measures how long each takes.
package struct CreationRun: Sendable {
    private let plan: CreationPlan
    private let target: String
    private let key: String
    private let control: RunControl

    /// `target` is the API's base address, such as `http://127.0.0.1:8080`.
    package init(plan: CreationPlan, target: String, key: String, control: RunControl = RunControl()) {
        self.plan = plan
        self.target = target
        self.key = key
        self.control = control
    }

    /// Makes the run. Throws ``BenchError`` where it could not be made; a create that fails is a figure of the report.
    ///
    /// - Parameters:
    ///   - keepsSessions: leaves the sessions at the relay instead of deleting them in the end.
    ///   - tokens: gets the tokens of every session made.
    package func run(keepsSessions: Bool = false, tokens: TokenFile? = nil) async throws -> CreationReport {
        try plan.validate()
        let fitting = DescriptorLimit.raise(toFit: plan.connections)
        guard plan.connections <= fitting else {
            throw BenchError("--connections \(plan.connections) are more than this process may open (\(fitting)).")
        }
        let client = APIClient(target: target, key: key, connections: plan.connections)
        let outcome: Result<CreationReport, any Error>
        do {
            outcome = .success(try await run(client, keepsSessions: keepsSessions, tokens: tokens))
        } catch {
            outcome = .failure(error)
        }
        await client.shutdown()
        return try outcome.get()
    }

    private func run(_ client: APIClient, keepsSessions: Bool, tokens: TokenFile?) async throws -> CreationReport {
        let body = try SessionRequest.body(users: plan.users, address: try await client.publicAddress())
        try await openConnections(client)
        let spentBefore = MonotonicClock.ofProcess()
        let schedule = CreationSchedule(plan, start: MonotonicClock.now())
        let tally = await create(client, body, schedule)
        let spent = MonotonicClock.ofProcess() - spentBefore
        var report = CreationReport(
            plan,
            tally,
            start: schedule.start,
            processorTime: spent,
            isInterrupted: control.isInterrupted
        )
        let written = Result { () throws(BenchError) in try tokens?.write(tally.sessions) }
        if !keepsSessions { report.notDeleted = await client.delete(tally.sessions.map(\.id)) }
        try written.get()
        return report
    }

    /// Lets no create pay for its connection: as many requests at once as there are to be connections.
    private func openConnections(_ client: APIClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<plan.connections { group.addTask { _ = try await client.publicAddress() } }
            try await group.waitForAll()
        }
    }

    private func create(_ client: APIClient, _ body: ByteBuffer, _ schedule: CreationSchedule) async -> CreationTally {
        await withTaskGroup(of: CreationTally.self) { group in
            for _ in 0..<plan.connections {
                group.addTask { await serve(schedule, client, body) }
            }
            var tally = CreationTally()
            for await part in group { tally.add(part) }
            return tally
        }
    }

    /// One connection's work: a create whenever the next one is due.
    private func serve(_ schedule: CreationSchedule, _ client: APIClient, _ body: ByteBuffer) async -> CreationTally {
        var tally = CreationTally()
        while let due = schedule.take(), await wait(until: due) {
            do throws(BenchError) {
                let answer = try await client.create(body)
                note(answer, due: due, at: MonotonicClock.now(), in: &tally)
            } catch {
                tally.fail(error, at: MonotonicClock.now())
            }
        }
        return tally
    }

    /// Reads an answer, after its time was taken.
    private func note(_ answer: APIAnswer, due: UInt64, at time: UInt64, in tally: inout CreationTally) {
        var id: String?
        do throws(BenchError) {
            let message = try answer.decode(SessionMessage.self)
            id = message.id
            guard let session = try message.session(users: plan.users) else {
                throw BenchError("Session \(message.id) is not ready yet; placing is not measured here.")
            }
            let tokens = [session.sessionToken] + session.userTokens
            tally.succeed(CreatedSession(id: message.id, tokens: tokens), due: due, at: time)
        } catch {
            tally.fail(error, at: time, made: id)
        }
    }

    /// False where the run was interrupted first.
    private func wait(until due: UInt64) async -> Bool {
        while !control.isInterrupted {
            let now = MonotonicClock.now()
            guard due > now else { return true }
            // Pieces, so that an interrupt is not slept through. Without the tolerance timers may be a tenth late.
            let rest = Duration.nanoseconds(Int64(min(due - now, 100_000_000)))
            try? await Task.sleep(for: rest, tolerance: .zero)
        }
        return false
    }
}
