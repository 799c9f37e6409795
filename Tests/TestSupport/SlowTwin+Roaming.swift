import RelayCore

/// What becomes of the bound endpoint.
enum TwinRoaming {
    case stay
    /// Nobody was bound.
    case bind
    /// From one endpoint to another.
    case move
    /// An address that another one replaced is bound again, though the other one lives.
    case takeBack
    /// Another address that has to wait.
    case wait
    case drop(DropReason)

    var isMove: Bool {
        switch self {
        case .move, .takeBack: true
        case .stay, .bind, .wait, .drop: false
        }
    }
}

// When an endpoint moves: the same for users and hosts.
extension SlowTwin {
    /// The rules in their order, for a datagram that does not come from the bound endpoint.
    mutating func roam(
        _ datagram: TwinDatagram,
        _ binding: inout TwinBinding,
        _ session: TwinSession,
        excess: DropReason?
    ) -> TwinRoaming {
        let source = datagram.source
        let silence = now - binding.heard
        guard let bound = binding.endpoint, silence < UInt64(settings.userTimeout) else { return .bind }
        let isFlooded = session.wrongUsers.count(at: now) > Int(settings.wrongUsersPerSecond)
        let isFrozen = silence < 5_000 && isFlooded
        if bound.twinSource == source.twinSource { return isFrozen ? .drop(.rebindFrozen) : .move }
        switch settings.roaming {
        case .strict: return .drop(.roamingForbidden)
        case .open: return isFrozen ? .drop(.rebindFrozen) : .move
        case .normal: break
        }
        let lastConflict = binding.conflicts.last
        let isContested = lastConflict.map { now - $0 < 60_000 } ?? false
        if !isFrozen, silence >= (isContested ? 5_000 : 2_000) { return .move }
        if let excess { return .drop(excess) }
        if let place = formerPlace(of: source, in: binding) {
            binding.formers[place].heard.append(now)
            let heard = binding.formers[place].heard
            if heard.count >= 3, now - heard[0] >= 1_000 { return .takeBack }
            return .wait
        }
        if isContested { return .drop(.endpointConflict) }
        return isFrozen ? .drop(.rebindFrozen) : .wait
    }

    private func formerPlace(of source: PeerEndpoint, in binding: TwinBinding) -> Int? {
        binding.formers.firstIndex { $0.address == source.twinSource && now - $0.replaced < 60_000 }
    }

    /// Binds, moves or refreshes.
    /// - Parameter connectionID: the user's; nil for a host.
    /// - Returns: the connection id that a former place had.
    mutating func bind(
        _ binding: inout TwinBinding,
        _ datagram: TwinDatagram,
        _ step: TwinRoaming,
        connectionID: Int32? = nil
    ) -> Int32? {
        var former: Int32?
        switch step {
        case .stay, .wait, .drop: break
        case .bind, .move, .takeBack:
            if step.isMove { count(.endpointMoves) }
            if case .takeBack = step { noteConflict(&binding, datagram) }
            let place = formerPlace(of: datagram.source, in: binding)
            if place == nil, step.isMove, case .normal = settings.roaming, let old = binding.endpoint,
                old.twinSource != datagram.source.twinSource
            {
                binding.formers.removeAll { now - $0.replaced >= 60_000 }
                // Three are remembered: the oldest, and the two that came last.
                if binding.formers.count == 3 { binding.formers.remove(at: 1) }
                binding.formers.append(
                    TwinFormer(address: old.twinSource, replaced: now, connectionID: connectionID)
                )
            }
            if let place {
                former = binding.formers[place].connectionID
                binding.formers.removeSubrange(place...)
            }
        }
        binding.endpoint = datagram.source
        binding.local = datagram.arrival.local
        binding.heard = now
        noteUse(datagram)
        return former
    }

    /// The fourth within a minute from the first is told.
    private mutating func noteConflict(_ binding: inout TwinBinding, _ datagram: TwinDatagram) {
        if let first = binding.conflicts.first, now - first >= 60_000 { binding.conflicts = [] }
        binding.conflicts.append(now)
        guard binding.conflicts.count == 4 else { return }
        events.append(.endpointContested(sessionToken: datagram.sessionToken, userToken: datagram.userToken))
    }

    /// Keeps the newest DATA of an unconfirmed endpoint; PINGs are answered.
    ///
    /// - Parameter isWaiting: whether an earlier datagram of the user waits for a host: one waits for each user.
    mutating func wait(_ datagram: TwinDatagram, _ binding: TwinBinding, isWaiting: Bool = false) -> TwinBinding {
        var binding = binding
        if let pending = binding.pending, pending.datagram.source != datagram.source {
            drop(.roamingUnconfirmed)
            binding.pending = nil
        }
        if datagram.isPing {
            answer(datagram, 1)
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
        case .bind, .move, .takeBack: binding.pending = nil
        }
        if datagram.isPing, pending.datagram.source == datagram.source { return pending }
        drop(.roamingUnconfirmed)
        return nil
    }
}
