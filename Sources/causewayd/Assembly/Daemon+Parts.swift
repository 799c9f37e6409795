import Glibc
import LinuxIO
import Logging
import RelayConfig
import RelayCore
import RelayHTTP
import RelayNet
import RelayPlane
import RelaySystem
import RelaySystemd

// The parts that are made from the configuration, each with words for the operator where it cannot be.
extension Daemon {
    static func plane(
        _ configuration: Configuration,
        inherited: [InheritedDescriptor],
        logger: Logger,
        onEvent: @escaping @Sendable (PlaneEvent) -> Void
    ) throws -> RelayPlane {
        do {
            // Once its workers run, all other threads give way to them.
            defer { ThreadPriority.giveWay(toThreadsNamed: RelayPlane.threadNamePrefix) }
            let plane = try RelayPlane(
                try configuration.planeSettings,
                inheriting: Inheritance(
                    inherited.map { Inheritance.Item(name: $0.name, number: $0.number) } + TablesFile.open()
                ),
                keeper: DescriptorStore.connect().map {
                    DescriptorKeeper($0, inherited: inherited, logger: logger)
                } ?? .none,
                onEvent: onEvent
            ) { words in
                logger.critical("\(words)")
            }
            TablesFile.remove()
            return plane
        } catch let error as DataPlaneError {
            switch error {
            case .portUnavailable(let port, let reason):
                // It was free a moment ago; or the system's advice does not fit a port that was passed on.
                throw CommandFailure(
                    "relay.ports: UDP port \(port) cannot be bound: \(reason). Choose other ports with relay.ports.shared, or "
                        + "another address with relay.bind"
                )
            case .exhausted(let reason):
                throw CommandFailure("the UDP ports cannot be opened: \(reason)")
            case .cannotStart(let reason):
                throw CommandFailure("the data plane cannot start: \(reason)")
            default:
                throw CommandFailure("the data plane cannot start: \(error)")
            }
        }
    }

    static func server(
        _ configuration: Configuration,
        tls: TLSCredentials?,
        inherited: [InheritedDescriptor],
        logger: Logger
    ) -> APIServer.Configuration {
        var limits = ListenerLimits()
        limits.maxConnections = configuration.limits.apiConnections
        var server = APIServer.Configuration(
            listen: configuration.api.listen.forServer,
            tls: tls,
            metricsListen: configuration.metrics.listen?.forServer,
            limits: limits,
            lobbiesListen: configuration.lobbies.listen?.forServer
        )
        for descriptor in inherited where descriptor.name == apiDescriptor {
            do {
                let listener = try InheritedListener(
                    descriptor.number,
                    listeningOn: server.listen,
                    named: "api.listen"
                )
                server.inherited = listener
            } catch {
                logger.warning("not used: \(error)")
            }
        }
        return server
    }

    /// `FileDescriptorName=` of the socket unit with the API's listener.
    static let apiDescriptor = "api"
}

extension Configuration {
    var apiSettings: APISettings {
        APISettings(
            keys: keyRing,
            trustedProxies: api.trustedProxies,
            maxBodyBytes: limits.apiBody,
            keyRate: limits.apiRate > 0
                ? CallRate(perSecond: Double(limits.apiRate), burst: Double(limits.apiRate)) : nil,
            publicURL: api.publicURL
        )
    }
}

extension RelayConfig.ListenAddress {
    var forServer: RelayHTTP.ListenAddress {
        switch self {
        case .tcp(let address, let port): .tcp(host: address.description, port: Int(port))
        case .unix(let path): .unix(path: path)
        }
    }
}

extension DevelopmentMode {
    /// Prints how to use the API.
    func announce(_ address: RelayHTTP.ListenAddress, isTLS: Bool) {
        let scheme = isTLS ? "https" : "http"
        let text =
            switch address {
            case .tcp: banner(api: "\(scheme)://\(address)", unixSocket: nil)
            case .unix(let path): banner(api: "\(scheme)://localhost", unixSocket: path)
            }
        // In the queue of the log, since nobody may be reading.
        LogQueue.shared.add(bytes: text.utf8.count) { _ = RawOutput.write(Array("\(text)\n".utf8), to: STDOUT_FILENO) }
    }
}
