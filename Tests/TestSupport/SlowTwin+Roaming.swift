import RelayCore

/// What becomes of the bound endpoint.
enum TwinRoaming {
    case stay
    /// Nobody was bound.
    case bind
    /// From one endpoint to another.
    case move
    /// Another address that has to be confirmed.
    case wait
    case drop(DropReason)

    var isMove: Bool { if case .move = self { true } else { false } }
}

// When an endpoint moves: the same for users and hosts.
extension SlowTwin {
    /// The rules in their order, for a datagram that does not come from the bound endpoint.
    func roam(
        _ datagram: TwinDatagram,
        _ binding: TwinBinding,
        _ session: TwinSession,
        retired: [PeerEndpoint: UInt64],
        wouldRejoin: (TwinDatagram) -> Bool
    ) -> (step: TwinRoaming, candidate: TwinCandidate?) {
        let source = datagram.source
        if let at = retired[source], now - at < 10_000 { return (.drop(.retiredEndpoint), binding.candidate) }
        let silence = now - binding.heard
        guard let bound = binding.endpoint, silence < UInt64(settings.userTimeout) else {
            return (.bind, binding.candidate)
        }
        if silence < 5_000, session.wrongUsers.count(at: now) > Int(settings.wrongUsersPerSecond) {
            return (.drop(.rebindFrozen), binding.candidate)
        }
        if silence < 2_000, binding.moves.count(at: now) >= 3, binding.original != source {
            return (.drop(.endpointConflict), binding.candidate)
        }
        if let last = session.users[datagram.userToken]?.lastRejoin, now - last < 1_000, wouldRejoin(datagram) {
            return (.drop(.rejoinTooSoon), binding.candidate)
        }
        if bound.twinSource == source.twinSource { return (.move, binding.candidate) }
        switch settings.roaming {
        case .strict: return (.drop(.roamingForbidden), binding.candidate)
        case .open: return (.move, binding.candidate)
        case .normal: break
        }
        var candidate = TwinCandidate(endpoint: source, first: now, count: 1)
        if let known = binding.candidate, known.endpoint == source, now - known.first < 2_000 {
            candidate = known
            candidate.count += 1
        }
        if silence >= 2_000 || (candidate.count >= 3 && silence >= 500) { return (.move, nil) }
        return (.wait, candidate)
    }

    /// Binds, moves or refreshes.
    mutating func bind(_ binding: inout TwinBinding, _ datagram: TwinDatagram, _ step: TwinRoaming) {
        if case .move = step {
            if binding.moves.add(at: now) { binding.original = binding.endpoint }
            count(.endpointMoves)
        }
        switch step {
        case .bind, .move: binding.candidate = nil
        case .stay, .wait, .drop: break
        }
        binding.endpoint = datagram.source
        binding.local = datagram.arrival.local
        binding.heard = now
    }

    /// Keeps the newest DATA of an unconfirmed endpoint; PINGs are answered.
    ///
    /// - Parameter isWaiting: whether an earlier datagram of the user waits for a host: one waits for each user.
    mutating func wait(
        _ datagram: TwinDatagram,
        _ binding: TwinBinding,
        pingState: UInt8,
        isWaiting: Bool = false
    ) -> TwinBinding {
        var binding = binding
        if let pending = binding.pending, pending.datagram.source != datagram.source {
            drop(.roamingUnconfirmed)
            binding.pending = nil
        }
        if datagram.isPing {
            answer(datagram, pingState)
        } else if isWaiting {
            drop(.roamingUnconfirmed)
        } else if binding.pending == nil, heldNow >= 1_024 {
            drop(.heldOverflow)
        } else {
            if binding.pending != nil { drop(.roamingUnconfirmed) }
            binding.pending = TwinHeld(datagram: datagram)
        }
        return binding
    }

    /// What waited for the move that a PING just confirmed. Anything else that waited is superseded by the move.
    mutating func takePending(
        _ binding: inout TwinBinding,
        _ datagram: TwinDatagram,
        _ step: TwinRoaming
    ) -> TwinHeld? {
        guard let pending = binding.pending else { return nil }
        switch step {
        case .stay, .wait, .drop: return nil
        case .bind, .move: binding.pending = nil
        }
        if datagram.isPing, pending.datagram.source == datagram.source { return pending }
        drop(.roamingUnconfirmed)
        return nil
    }
}
