import HTTPTypes
import HummingbirdTesting
import RelayMetrics
import Testing

@testable import RelayHTTP

@Suite("Calls of operators")
struct OperationsCallTests {
    @Test(
        "They need no key, and a wrong one does no harm",
        arguments: ["/livez", "/readyz", "/metrics", "/openapi.json", "/"]
    )
    func open(path: String) async throws {
        for key in [nil, "token wrong"] {
            #expect(try await APIFixture().send(.get, path, key: key).status == 200)
            let head = try await APIFixture().send(.head, path, key: key)
            #expect(head.status == 200 && head.text.isEmpty)
        }
    }

    @Test("A daemon that runs says so")
    func live() async throws {
        #expect(try await APIFixture().send(.get, "/livez", key: nil).text == #"{"status":"ok"}"#)
    }

    @Test("A daemon that cannot serve says why")
    func notReady() async throws {
        let answer = try await APIFixture(readiness: .notReady(reason: "restoring")).send(.get, "/readyz", key: nil)
        #expect(answer.status == 503)
        #expect(answer.text == #"{"status":"unavailable","message":"restoring"}"#)
    }

    @Test("Metrics are plain text of the exposition format")
    func metrics() async throws {
        let answer = try await APIFixture().send(.get, "/metrics", key: nil)
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.text.hasPrefix("# HELP causeway_http_requests_total "))
    }

    @Test("The front page shows people where to go, and every place that it names is there")
    func frontPage() async throws {
        let fixture = APIFixture()
        let browser = try await fixture.send(.get, "/", key: nil, headers: [.accept: "text/html,*/*;q=0.8"])
        #expect(browser.status == 200 && browser.headers[.contentType] == "text/html; charset=utf-8")
        let tool = try await fixture.send(.get, "/", key: nil)
        #expect(tool.status == 200 && tool.headers[.contentType] == "text/plain; charset=utf-8")
        let places = browser.text.split(separator: "href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(places.contains("/openapi.json"))
        for place in places {
            #expect(tool.text.contains(place))
            #expect(try await fixture.send(.get, place, key: nil).status == 200, "\(place)")
        }
    }

    @Test("With a listener of its own, /metrics is not on the API's, and the health calls are on both")
    func separateMetrics() async throws {
        let fixture = APIFixture(
            configuration: .init(
                listen: .tcp(host: "127.0.0.1", port: 0),
                metricsListen: .tcp(host: "127.0.0.1", port: 0)
            )
        )
        #expect(try await fixture.send(.get, "/metrics", key: nil).status == 404)
        #expect(try await fixture.send(.get, "/livez", key: nil).status == 200)
        let metrics = try #require(fixture.server.metrics)
        let statuses = try await metrics.application.test(.router) { client in
            var statuses: [Int] = []
            for path in ["/metrics", "/livez", "/v1/relays/sessions", "/openapi.json"] {
                statuses.append(try await client.execute(uri: path, method: .get) { $0.status.code })
            }
            return statuses
        }
        #expect(statuses == [200, 200, 401, 404])
    }

    @Test("The description of the API is JSON, names every route, and points to nothing that is missing")
    func openAPI() async throws {
        let document = try JSONParser.parse(Array(OpenAPIDocument.text.utf8))
        let fixture = APIFixture()
        var described: Set<String> = []
        for path in try #require(document["paths"]).keys {
            for method in try #require(document.at("paths", path)).keys where method != "parameters" {
                described.insert("\(method.uppercased()) \(path)")
                let security = document.at("paths", path, method, "security")
                #expect((security == .array([])) == !(path.hasPrefix("/v1") || path == "/dashboard/events"))
            }
        }
        let routes = Set(fixture.server.api.responder.table.routes.map { "\($0.method.rawValue) \($0.template)" })
        #expect(described == routes)
        for reference in Self.references(in: document) {
            let steps = reference.split(separator: "/").dropFirst().map(String.init)
            #expect(steps.reduce(document) { $0?[$1] } != nil, "\(reference) is missing")
        }
    }

    private static func references(in value: JSONValue) -> [String] {
        switch value {
        case .array(let values): values.flatMap { references(in: $0) }
        case .object(let members):
            members.flatMap { member -> [String] in
                if member.key == "$ref", let text = member.value.text { return [text] }
                return references(in: member.value)
            }
        default: []
        }
    }
}
