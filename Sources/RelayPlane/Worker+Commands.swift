internal import LinuxIO
internal import RelayCore

// What the control plane asks for.
extension Worker {
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
                if let pair = engine.pair(ofSession: token), pair != PortPairID.shared.number {
                    sockets.remove(pair: pair)
                }
                engine.removeSession(token, now: now)
                done()
            case .activity(let token, let done):
                done(engine.activity(ofSession: token, now: now))
            case .turn(let done): done(true)
            case .ownAddresses(let addresses):
                engine.setOwnAddresses(addresses)
            case .stop:
                isStopping = true
            }
            drainEvents()
        }
    }

    private mutating func addSession(_ plan: SessionPlan, _ pair: PairSockets?, now: UInt64) -> DataPlaneError? {
        do {
            try engine.add(plan, now: now)
        } catch {
            pair?.closeAll()
            return planeError(error)
        }
        guard let pair else { return nil }
        do {
            try sockets.add(pair, pair: plan.portPair.number, to: epoll)
            return nil
        } catch {
            engine.removeSession(plan.sessionToken, now: now)
            sockets.remove(pair: plan.portPair.number)
            return .portUnavailable(port: 0, reason: error.description)
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
        case .removeSession(_, let done): done()
        case .activity(_, let done): done(nil)
        case .turn(let done): done(false)
        case .ownAddresses, .stop: break
        }
    }
}
