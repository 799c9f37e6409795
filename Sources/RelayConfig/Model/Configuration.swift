package import RelayNet

/// Every setting of the daemon, typed and checked.
///
/// The values that stand here are blanks to be filled in: ``ConfigurationKey/table`` alone knows the defaults, and
/// ``defaults`` has them applied.
package struct Configuration: Sendable, Equatable {
    /// The HTTP API.
    package var api = API()
    /// What clients are told about this relay, and the data plane's sockets and threads.
    package var relay = Relay()
    /// Capacity and lifetimes of sessions.
    package var sessions = Sessions()
    /// The lobby service.
    package var lobbies = Lobbies()
    /// Budgets for datagrams with wrong tokens.
    package var guess = Guess()
    /// Upper bounds that protect the machine.
    package var limits = Limits()
    /// Outgoing notices about sessions.
    package var webhook = Webhook()
    /// Geographic lookup of addresses.
    package var geoip = GeoIP()
    /// Prometheus metrics.
    package var metrics = Metrics()
    /// Log output.
    package var log = Log()
    /// The socket of the admin tool.
    package var control = Control()
    /// Durable state.
    package var state = State()

    /// Whether the daemon runs with `--dev`.
    package var isDev = false

    /// The settings of a file without a single key, outside `--dev`.
    package static let defaults: Configuration = {
        var configuration = Configuration()
        for key in ConfigurationKey.table { key.setDefault(&configuration) }
        return configuration
    }()

    init() {}
}

extension Configuration {
    /// `api.*`
    package struct API: Sendable, Equatable {
        /// Where the API listens.
        package var listen = ListenAddress.unset
        /// The base of URLs handed to players, without a trailing slash; `nil` when it is derived from the request.
        package var publicURL: String?
        /// All API keys, those of `api.keys_file` included; names are unique.
        package var keys: [APIKey] = []
        /// The file that held further keys.
        package var keysFile: String?
        /// TLS on the API's listener.
        package var tls = TLS()
        /// Networks whose `X-Forwarded-For` is believed.
        package var trustedProxies: [IPNetwork] = []
        /// Who may open `listen` where it is a Unix socket.
        package var access = SocketAccess()
    }

    /// `*.socket_mode` and `*.socket_group` of a listener.
    package struct SocketAccess: Sendable, Equatable {
        /// The permission bits of the socket's file.
        package var mode = FileMode(bits: 0)
        /// The file's group, by name or number; `nil` for the daemon's own.
        package var group: String?
    }

    /// `api.tls.*`: both files or none.
    package struct TLS: Sendable, Equatable {
        /// PEM file of the certificate chain.
        package var certificate: String?
        /// PEM file of the private key.
        package var key: String?
    }

    /// `relay.*`
    package struct Relay: Sendable, Equatable {
        /// The public address given to clients; `nil` only before ``LoadedConfiguration/validateForRun()`` has passed.
        package var address: IPAddress?
        /// The public name given to clients; `nil` when they get the address.
        package var hostname: RelayHostname?
        /// The local address of the UDP ports.
        package var bind = IPAddress(ipv4: 0)
        /// The UDP ports.
        package var ports = Ports()
        /// Threads of the data plane.
        package var workers = WorkerCount.automatic
        /// Whether the kernel drops what cannot be a datagram of the protocol.
        package var kernelFilter = false
        /// How datagrams are marked when they leave.
        package var dscp = ServiceClass.none
        /// Where this relay stands, for filters.
        package var location = Location()
    }

    /// `relay.ports.*`
    package struct Ports: Sendable, Equatable {
        /// The pair that all sessions share, unless ``dedicated`` is set.
        package var shared = PortPair.anyFree
        /// The ports of one pair per session; takes the place of ``shared`` when set.
        package var dedicated: PortRange?
    }

    /// `relay.location.*`
    package struct Location: Sendable, Equatable {
        /// City, such as `Montreal`.
        package var city: String?
        /// Country, such as `Canada`.
        package var country: String?
        /// Continent, such as `North America`.
        package var continent: String?
        /// Region, such as `us-east`.
        package var region: String?
        /// State or province, such as `Quebec`.
        package var administrativeDivision: String?
        /// Degrees north, -90…90.
        package var latitude: Double?
        /// Degrees east, -180…180.
        package var longitude: Double?
        /// Free tags that filters can name.
        package var locationTags: [String] = []

        /// Whether nothing is known about the place, in which case filters are ignored.
        package var isEmpty: Bool { self == Location() }
    }

    /// `sessions.*`
    package struct Sessions: Sendable, Equatable {
        /// Sessions alive at once.
        package var max = 0
        /// Users of one session.
        package var maxUsers = 0
        /// A session without a valid datagram for this long ends.
        package var idleTimeout = Duration.zero
        /// A session that never saw a valid datagram ends after this long.
        package var unusedTimeout = Duration.zero
        /// A host silent for this long may be replaced.
        package var hostTimeout = Duration.zero
        /// The learned address of a user silent for this long is forgotten.
        package var userTimeout = Duration.zero
        /// Whether a fresh game connection of a known user gets a new connection id.
        package var rejoinIDs = false
        /// Whether a token works only from the address that the API was told.
        package var pinIP = false
        /// When a user's address may change.
        package var roaming = Roaming.strict
    }

    /// `lobbies.*`
    package struct Lobbies: Sendable, Equatable {
        /// A listener that serves only the lobby service; `nil` when it is on the API's listener alone.
        package var listen: ListenAddress?
        /// Whether anyone may see tokens of lobbies and change them.
        package var open = false
        /// A started lobby whose host is silent for this long ends.
        package var hostTimeout = Duration.zero
        /// Origins of web pages that may do what a player's address allows, as browsers write them.
        package var origins: [String] = []
        /// Who may open `listen` where it is a Unix socket.
        package var access = SocketAccess()
        /// Seats of one source address in one lobby.
        package var maxSeatsPerSource = 0
    }

    /// `guess.*`
    package struct Guess: Sendable, Equatable {
        /// Guesses a minute that one source may send before hardly anything of it is looked up.
        package var perSource = 0
        /// Guesses a second that are looked up from a source past that.
        package var pastBudget = 0
        /// Wrong users a second that one session takes before heard users cannot be rebound.
        package var perSession = 0
        /// Whether wrong tokens are answered at all.
        package var replies = false
        /// Answers to wrong tokens a second, in all.
        package var repliesPerSecond = 0
    }

    /// `limits.*`
    package struct Limits: Sendable, Equatable {
        /// Users of all sessions together on one worker thread.
        package var users = 0
        /// Datagrams a second from one user; 0 for no limit.
        package var userDatagrams = 0
        /// Bytes of payload a second from one user; 0 for no limit.
        package var userBytes = 0
        /// Datagrams a second from the users of one session; 0 for no limit.
        package var sessionDatagrams = 0
        /// Bytes of payload a second from the users of one session; 0 for no limit.
        package var sessionBytes = 0
        /// Datagrams a second from all users; 0 for no limit.
        package var relayDatagrams = 0
        /// Bytes of payload a second from all users; 0 for no limit.
        package var relayBytes = 0
        /// Bytes of a request body.
        package var apiBody = 0
        /// Creates and authorizes a second and key; 0 for no limit.
        package var apiRate = 0
        /// Connections to the API at once.
        package var apiConnections = 0
        /// Connections of one source to a listener at once.
        package var connectionsPerSource = 0
        /// Bytes of answers that clients may leave unread.
        package var unreadBytes = 0
        /// The same of one source.
        package var unreadBytesPerSource = 0
    }

    /// `webhook.*`
    package struct Webhook: Sendable, Equatable {
        /// The secret that signs webhooks; `nil` leaves them unsigned.
        package var secret: String?
        /// Who is told of a session's usage when it ends; `nil` for nobody.
        package var usageURL: String?
        /// Networks that webhooks may reach although they are not global.
        package var allowNetworks: [IPNetwork] = []
        /// PEM file of authorities that vouch for receivers beside the system's.
        package var caFile: String?
    }

    /// `geoip.*`
    package struct GeoIP: Sendable, Equatable {
        /// The database file; `nil` for no lookup.
        package var database: String?
    }

    /// `metrics.*`
    package struct Metrics: Sendable, Equatable {
        /// The listener of `/metrics`; `nil` when it is on the API's listener.
        package var listen: ListenAddress?
        /// Whether some datagrams are timed from their arrival to their leaving.
        package var latency = false
        /// Who may open `listen` where it is a Unix socket.
        package var access = SocketAccess()
    }

    /// `log.*`
    package struct Log: Sendable, Equatable {
        /// The least severe level that is written.
        package var level = LogLevel.trace
        /// The form of the lines.
        package var format = LogFormat.automatic
    }

    /// `control.*`
    package struct Control: Sendable, Equatable {
        /// The Unix socket of causewayctl; `nil` for `control.sock` in the state directory.
        package var socket: String?
        /// Who may open it, and so do everything.
        package var access = SocketAccess()
    }

    /// `state.*`
    package struct State: Sendable, Equatable {
        /// The directory of the database and snapshots; `nil` only with `--dev`, for a temporary one.
        package var directory: String?
        /// Whether a database that lost what it had acknowledged is taken as it is.
        package var acceptLostTail = false
    }
}
