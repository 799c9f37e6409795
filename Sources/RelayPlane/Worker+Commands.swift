internal import LinuxIO
internal import RelayCore

// What the control plane asks for.
extension Worker {
    /// Sessions and users that are looked at in one go: well below a tenth of a millisecond.
    private static var surveyRows: Int { 256 }

    mutating func obey(now: UInt64) {
        for command in setup.mailbox.takeAll() {
            switch command {
            case .addSession(let plan, let pair, let done):
                done(addSession(plan, pair, now: now))
            case .addUser(let user, let token, let done):
                do {
                    try engine.add(user, toSession: token)
                    done(nil)
                } catch {
                    done(planeError(error))
                }
            case .removeUser(let token, let sessionToken, let done):
                engine.removeUser(token, fromSession: sessionToken, now: now)
                done()
            case .removeSession(let token, let done):
                let pair = engine.pair(ofSession: token)
                closePair(pair)
                engine.removeSession(token, now: now)
                done(pair)
            case .activity(let token, let done):
                done(engine.activity(ofSession: token, now: now))
            case .dropUnconfirmed(let done):
                let dropped = engine.dropUnconfirmed(now: now)
                for session in dropped { closePair(session.pair) }
                listenIfWaiting()
                done(dropped)
            case .turn(let done):
                done(true)
            case .ownAddresses(let addresses):
                engine.setOwnAddresses(addresses)
            case .limits(let limits):
                engine.setLimits(limits)
            case .report(let token, let done):
                done(engine.report(ofSession: token, now: now))
            case .survey(let slot, let done):
                done(engine.survey(from: slot, rows: Self.surveyRows, now: now))
            case .stop:
                isStopping = true
            }
            drainEvents()
        }
    }

    private mutating func closePair(_ pair: UInt32?) {
        if let pair, pair != PortPairID.shared.number { sockets.remove(pair: pair) }
    }

    private mutating func addSession(_ plan: SessionPlan, _ pair: PairSockets?, now: UInt64) -> DataPlaneError? {
        do {
            try engine.add(plan, now: now)
        } catch {
            pair?.closeAll()
            return planeError(error)
        }
        let number = plan.portPair.number
        guard let pair else {
            if number == PortPairID.shared.number || sockets.hasSockets(pair: number) { return nil }
            engine.removeSession(plan.sessionToken, now: now)
            return .portUnavailable(port: 0, reason: "its sockets were lost")
        }
        do {
            try sockets.add(pair, pair: plan.portPair.number, to: epoll)
            return nil
        } catch {
            engine.removeSession(plan.sessionToken, now: now)
            sockets.remove(pair: plan.portPair.number)
            return error.isExhaustion
                ? .exhausted(reason: error.reason) : .portUnavailable(port: 0, reason: error.description)
        }
    }

    private func planeError(_ error: EngineError) -> DataPlaneError {
        switch error {
        case .sessionsFull(let limit): .full(limit: limit, key: "sessions.max")
        case .usersFull(let limit): .full(limit: limit, key: "limits.users")
        case .unknownSession: .unknownSession
        case .duplicateToken: .duplicateToken
        }
    }
}

extension WorkerCommand {
    /// Answers a command that no worker will look at any more.
    func refuse() {
        switch self {
        case .addSession(_, let pair, let done):
            pair?.closeAll()
            done(.stopped)
        case .addUser(_, _, let done): done(.stopped)
        case .removeUser(_, _, let done): done()
        case .removeSession(_, let done): done(nil)
        case .dropUnconfirmed(let done): done([])
        case .turn(let done): done(false)
        case .activity(_, let done): done(nil)
        case .report(_, let done): done(nil)
        case .survey(_, let done): done(SessionSurvey())
        case .ownAddresses, .limits, .stop: break
        }
    }
}
