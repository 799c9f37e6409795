import GeoLocation
import Glibc
import LinuxIO
import Logging
import RelayConfig
import RelayCore
import RelayHTTP
import RelayNet
import RelayPlane
import RelaySystemd

// The parts that are made from the configuration, each with words for the operator where it cannot be.
extension Daemon {
    static func locator(_ database: String?) throws -> GeoLocator {
        guard let database else { return GeoLocator() }
        do {
            return GeoLocator(try GeoDatabase(path: database))
        } catch {
            throw CommandFailure("geoip.database: \(error)")
        }
    }

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
                keeper: DescriptorStore.connect().map { DescriptorKeeper($0) } ?? .none,
                onEvent: onEvent
            ) { words in
                logger.critical("\(words)")
            }
            TablesFile.remove()
            return plane
        } catch let error as DataPlaneError {
            switch error {
            case .portUnavailable(_, let reason) where reason.contains("assign requested address"):
                throw CommandFailure(
                    "relay.bind: \(configuration.relay.bind) is not an address of this machine; use '::' for all of them"
                )
            case .portUnavailable(let port, let reason):
                throw CommandFailure(
                    "UDP port \(port) cannot be bound (\(reason)). Is another relay running? Choose other ports with "
                        + "relay.ports.shared, or another address with relay.bind."
                )
            case .cannotStart(let reason):
                throw CommandFailure("the data plane cannot start: \(reason)")
            default:
                throw CommandFailure("the data plane cannot start: \(error)")
            }
        }
    }

    static func server(
        _ configuration: Configuration,
        inherited: [InheritedDescriptor],
        logger: Logger
    ) throws -> APIServer.Configuration {
        var limits = ListenerLimits()
        limits.maxConnections = configuration.limits.apiConnections
        var server = APIServer.Configuration(
            listen: configuration.api.listen.forServer,
            tls: try credentials(configuration.api.tls),
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
    private static let apiDescriptor = "api"

    static func credentials(_ tls: Configuration.TLS) throws -> TLSCredentials? {
        guard let certificate = tls.certificate, let key = tls.key else { return nil }
        do {
            return try TLSCredentials(certificateFile: certificate, keyFile: key)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
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
        switch address {
        case .tcp: print(banner(api: "\(scheme)://\(address)", unixSocket: nil))
        case .unix(let path): print(banner(api: "\(scheme)://localhost", unixSocket: path))
        }
        // Every stream: whoever reads a pipe has to see it now.
        fflush(nil)
    }
}
