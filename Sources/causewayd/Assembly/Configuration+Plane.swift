import LinuxIO
import RelayConfig
import RelayControl
import RelayCore
import RelayNet
import RelayPlane
import RelayWire

// The configuration in the words of the data plane and of the control plane.
extension Configuration {
    var planeSettings: PlaneSettings {
        get throws {
            guard let bind = PeerAddress(bytes: relay.bind.bytes) else {
                throw CommandFailure("relay.bind: \(relay.bind) is no address to bind to")
            }
            var plane = PlaneSettings(bind: bind, ports: portMode)
            plane.workers =
                switch relay.workers {
                case .automatic: Affinity.allowedProcessors().count
                case .count(let count): count
                }
            plane.sessionsPerWorker = sessions.max
            plane.usersPerWorker = limits.users
            plane.waitsForSessions = true
            plane.engine.hostTimeout = sessions.hostTimeout.clampedMilliseconds
            plane.engine.userTimeout = sessions.userTimeout.clampedMilliseconds
            plane.engine.idleTimeout = sessions.idleTimeout.clampedMilliseconds
            plane.engine.unusedTimeout = sessions.unusedTimeout.clampedMilliseconds
            plane.engine.givesRejoinIDs = sessions.rejoinIDs
            plane.engine.wrongUsersPerSecond = UInt32(clamping: guess.perSession)
            plane.engine.roaming =
                switch sessions.roaming {
                case .strict: .strict
                case .normal: .normal
                case .open: .open
                }
            plane.engine.limits = rateLimits
            plane.dscp = relay.dscp.codepoint
            plane.filtersInKernel = relay.kernelFilter
            plane.measuresLatency = metrics.latency
            plane.guesses = guessBudgets
            return plane
        }
    }

    var guessBudgets: GuessLedger.Settings {
        var budgets = GuessLedger.Settings()
        budgets.guessesPerMinute = UInt32(clamping: guess.perSource)
        budgets.lookupsPastBudget = UInt32(clamping: guess.pastBudget)
        budgets.answers = guess.replies
        budgets.answersPerSecond = UInt32(clamping: guess.repliesPerSecond)
        return budgets
    }

    /// The keys' 0 is no limit.
    var rateLimits: RateLimits {
        func limit(_ datagrams: Int, _ bytes: Int) -> RateLimits.Limit {
            // Below one datagram nothing would ever pass.
            RateLimits.Limit(
                datagrams: datagrams == 0 ? .max : UInt32(clamping: datagrams),
                bytes: bytes == 0 ? .max : UInt32(clamping: max(bytes, Wire.maximumLength))
            )
        }
        var rates = RateLimits()
        rates.user = limit(limits.userDatagrams, limits.userBytes)
        rates.session = limit(limits.sessionDatagrams, limits.sessionBytes)
        rates.worker = limit(limits.relayDatagrams, limits.relayBytes)
        return rates
    }

    private var portMode: PortMode {
        if let dedicated = relay.ports.dedicated { return .dedicated(dedicated.ports) }
        return .shared(RelayCore.PortPair(server: relay.ports.shared.server, client: relay.ports.shared.client))
    }

    var sessionSettings: SessionSettings {
        SessionSettings(
            maxSessions: sessions.max,
            maxUsers: sessions.maxUsers,
            pinsAddresses: sessions.pinIP,
            location: location,
            dedicatedPairs: relay.ports.dedicated?.pairs,
            hostTimeout: sessions.hostTimeout.clampedMilliseconds,
            userTimeout: sessions.userTimeout.clampedMilliseconds,
            identity: identity,
            usageURL: webhook.usageURL
        )
    }

    var lobbySettings: LobbySettings {
        LobbySettings(
            isOpen: lobbies.open,
            hostTimeout: lobbies.hostTimeout / .seconds(1),
            idleTimeout: sessions.idleTimeout / .seconds(1),
            maxPlayers: sessions.maxUsers,
            maxSeatsPerSource: lobbies.maxSeatsPerSource
        )
    }

    var location: RelayLocation? {
        let place = relay.location
        guard !place.isEmpty else { return nil }
        return RelayLocation(
            city: place.city,
            country: place.country,
            continent: place.continent,
            region: place.region,
            administrativeDivision: place.administrativeDivision,
            locationTags: place.locationTags,
            latitude: place.latitude,
            longitude: place.longitude
        )
    }

    var identity: RelayIdentity {
        RelayIdentity(address: relay.address?.description ?? "127.0.0.1", hostname: relay.hostname?.description)
    }

    var keyRing: APIKeyRing {
        APIKeyRing(
            api.keys.compactMap { key in
                RelayControl.APIKey(
                    name: key.name,
                    sha256: key.sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(),
                    scopes: Set(key.scopes.compactMap { RelayControl.APIScope(rawValue: $0.rawValue) })
                )
            }
        )
    }
}

extension Duration {
    /// Whole milliseconds, at most what the data plane's stamps can tell.
    fileprivate var clampedMilliseconds: UInt32 {
        let milliseconds = components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
        return UInt32(clamping: min(milliseconds, Int64(Stamp.longestAge)))
    }
}
