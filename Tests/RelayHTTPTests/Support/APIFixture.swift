import GeoLocation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RelayControl
import RelayMetrics
import RelayNet
import Synchronization

@testable import RelayHTTP

/// An API over a fake directory, with one key for each scope: the key is `key-` and the scope's name.
struct APIFixture {
    let directory = FakeDirectory()
    let lobbies: LobbyService
    let counters = HTTPRequestCounters()
    let log = LogRecorder()
    let lobbyBudget = LobbyBudget()
    let sharedSources = SharedSources()
    let dashboard = FakeDashboard()
    let connections: HTTPConnections
    /// Which users the relay has heard.
    let heard = HeardUsers()
    let server: APIServer

    static let settings = APISettings(
        keys: APIKeyRing(APIScope.allCases.map { APIKey(name: $0.rawValue, key: "key-\($0.rawValue)", scopes: [$0]) })
    )

    init(
        settings: APISettings = Self.settings,
        identity: RelayIdentity = RelayIdentity(address: "203.0.113.2"),
        locator: GeoLocator = GeoLocator(),
        readiness: Readiness = .ready,
        configuration: APIServer.Configuration = .init(listen: .tcp(host: "127.0.0.1", port: 0)),
        connections: HTTPConnections = HTTPConnections(),
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        onMetricsListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) {
        let log = log
        self.connections = connections
        lobbies = LobbyService(
            directory: directory,
            activity: { _ in nil },
            silences: { [heard] in heard.silences(ofUsers: $0, inSession: $1) },
            store: MemoryLobbyStore(),
            settings: LobbySettings(),
            logger: Logger(label: "test") { _ in log },
            now: { 1_700_000_000 }
        )
        let counters = counters
        var dependencies = APIServer.Dependencies(
            directory: directory,
            monitor: directory,
            lobbies: lobbies,
            sessionJSON: SessionJSON(identity: identity, locator: locator),
            locator: locator,
            counters: counters,
            metrics: { MetricsPage([counters.family]) },
            readiness: { readiness },
            dashboard: dashboard
        )
        dependencies.lobbyBudget = lobbyBudget
        dependencies.sharedSources = sharedSources
        dependencies.connections = connections
        server = APIServer(
            configuration: configuration,
            settings: settings,
            dependencies: dependencies,
            logger: Logger(label: "test") { _ in log },
            onListening: onListening,
            onMetricsListening: onMetricsListening
        )
    }

    /// Sends one request past the network, straight to the responder.
    @discardableResult
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        key: String? = "token key-admin",
        body: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if let key { headers[.authorization] = key }
        let fields = headers
        return try await server.api.application.test(.router) { client in
            try await client.execute(
                uri: path,
                method: method,
                headers: fields,
                body: body.map { ByteBuffer(string: $0) }
            ) { Answer(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body)) }
        }
    }
}

/// What came back.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    /// The body as JSON; `null` where it is none.
    var json: JSONValue { (try? JSONParser.parse(Array(text.utf8))) ?? .null }

    /// The message of an error, where the body has the one shape that errors have.
    var message: String? {
        guard headers[.contentType] == "application/json", case .object(let members) = json, members.count == 1,
            case .string(let message) = json["message"]
        else { return nil }
        return message
    }
}

extension JSONValue {
    /// A value deeper down: object keys and list indices.
    func at(_ path: String...) -> JSONValue? {
        var value: JSONValue? = self
        for step in path {
            if case .array(let values) = value, let index = Int(step) {
                value = values.indices.contains(index) ? values[index] : nil
            } else {
                value = value?[step]
            }
        }
        return value
    }

    /// The keys of an object, in order.
    var keys: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.key)
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var number: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }
}

/// Keeps every line that is logged.
final class LogRecorder: LogHandler {
    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock { $0 } }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        recorded.withLock { $0.append("\(event.level) \(event.message) \(fields.joined(separator: " "))") }
    }
}
