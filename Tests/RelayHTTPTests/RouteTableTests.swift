import HTTPTypes
import Hummingbird
import RelayControl
import Testing

@testable import RelayHTTP

@Suite("The route table")
struct RouteTableTests {
    private let table = RouteTable([
        Route(.get, "/v1/things", .key(.sessions)) { _ in Response(status: .ok) },
        Route(.post, "/v1/things", .key(.sessions)) { _ in Response(status: .ok) },
        Route(.delete, "/v1/things/{id}", .key(.sessions)) { _ in Response(status: .ok) },
        Route(.post, "/v1/things:do-it", .key(.sessions)) { _ in Response(status: .ok) },
    ])

    @Test(
        "A path finds its route, its parameters decoded",
        arguments: [
            (HTTPRequest.Method.get, "/v1/things", "/v1/things", [:]),
            (.head, "/v1/things", "/v1/things", [:]), (.get, "/v1/things/", "/v1/things", [:]),
            (.delete, "/v1/things/a", "/v1/things/{id}", ["id": "a"]),
            (.delete, "/v1/things/a%2Fb%20%c3%A9/", "/v1/things/{id}", ["id": "a/b é"]),
            (.delete, "/v1/things/%", "/v1/things/{id}", ["id": "%"]),
            (.delete, "/v1/things/%4", "/v1/things/{id}", ["id": "%4"]),
            (.delete, "/v1/things/%FF", "/v1/things/{id}", ["id": "%FF"]),
            (.delete, "/v1/things/things:do-it", "/v1/things/{id}", ["id": "things:do-it"]),
            (.post, "/v1/things:do-it", "/v1/things:do-it", [:]),
            (.post, "/v1/things%3Ado-it", "/v1/things:do-it", [:]),
            (.post, "/v1/things%3ado-it/", "/v1/things:do-it", [:]),
            (.post, "/%76%31/things", "/v1/things", [:]),
        ] as [(HTTPRequest.Method, String, String, [String: String])]
    )
    func found(method: HTTPRequest.Method, path: String, template: String, parameters: [String: String]) {
        guard case .route(let route, let found) = table.match(method, path: path) else {
            Issue.record("no route for \(method) \(path)")
            return
        }
        #expect(route.template == template)
        #expect(found == parameters)
    }

    @Test(
        "A path that exists under other methods names them",
        arguments: [
            (HTTPRequest.Method.put, "/v1/things", ["GET", "HEAD", "POST"]), (.get, "/v1/things/a", ["DELETE"]),
            (.head, "/v1/things/a", ["DELETE"]), (.get, "/v1/things%3Ado-it", ["POST"]),
        ]
    )
    func otherMethods(method: HTTPRequest.Method, path: String, allowed: [String]) {
        guard case .otherMethods(let methods) = table.match(method, path: path) else {
            Issue.record("no other methods for \(method) \(path)")
            return
        }
        #expect(methods.map(\.rawValue) == allowed)
    }

    @Test(
        "Other paths find nothing",
        arguments: [
            "", "/", "/v1", "/v1/thing", "/v1/things//", "//v1/things", "/v1//things", "/v1/things/a/b", "/V1/things",
            "*",
        ]
    )
    func nothing(path: String) {
        guard case .nothing = table.match(.get, path: path) else {
            Issue.record("a match for \(path)")
            return
        }
    }
}
