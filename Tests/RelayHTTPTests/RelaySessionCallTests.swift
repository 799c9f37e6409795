import HTTPTypes
import RelayControl
import RelayNet
import Testing

@testable import GeoLocation
@testable import RelayHTTP

@Suite("Calls on relay sessions")
struct RelaySessionCallTests {
    private func create(_ fixture: APIFixture, _ ips: String..., more: String = "") async throws -> Answer {
        let users = ips.map { "{\"ip\":\"\($0)\"}" }.joined(separator: ",")
        return try await fixture.send(.post, "/v1/relays/sessions", body: "{\"users\":[\(users)]\(more)}")
    }

    @Test("A created session has the documented fields, and no others")
    func createdSession() async throws {
        let answer = try await create(APIFixture(), "1.1.1.1", "10.0.0.1")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "application/json")
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(
            answer.json.keys == [
                "session_id", "authorization_token", "status", "ready", "linked", "session_users", "relay",
            ]
        )
        #expect(answer.json.at("status") == .string("READY"))
        #expect(answer.json.at("ready") == .bool(true))
        #expect(answer.json.at("linked") == .bool(true))
        #expect(answer.json.at("session_users", "0")?.keys == ["ip_address", "authorization_token"])
        #expect(answer.json.at("session_users", "1", "ip_address") == .string("10.0.0.1"))
        #expect(
            answer.json.at("relay").map { String(decoding: $0.bytes, as: UTF8.self) }
                == #"{"ip":"203.0.113.2","host":"203.0.113.2","ports":{"#
                + #""server":{"port":32000,"protocol":"UDP","link":"203.0.113.2:32000"},"#
                + #""client":{"port":32001,"protocol":"UDP","link":"203.0.113.2:32001"}}}"#
        )
    }

    @Test("The webhook's address comes back unescaped, and the webhook's body is the session object")
    func webhook() async throws {
        let fixture = APIFixture()
        let answer = try await create(fixture, "1.1.1.1", more: #", "webhook_url": "https:\/\/my-webhook.com/dump""#)
        #expect(answer.text.hasSuffix(#","webhook_url":"https://my-webhook.com/dump"}"#))
        let id = try #require(answer.json.at("session_id")?.text)
        let json = SessionJSON(identity: RelayIdentity(address: "203.0.113.2"), locator: GeoLocator())
        let body = json.webhookBody(try await fixture.directory.session(id: id))
        #expect(String(decoding: body, as: UTF8.self) == answer.text)
    }

    @Test(
        "A relay is announced by name or address, IPv6 bracketed in links only",
        arguments: [
            (RelayIdentity(address: "2001:db8::2"), "2001:db8::2", "[2001:db8::2]:32000"),
            (
                RelayIdentity(address: "192.0.2.1", hostname: "relay.example.net"), "relay.example.net",
                "relay.example.net:32000"
            ),
            (
                RelayIdentity(address: "192.0.2.1", hostname: "*.example.net"), "<id>.example.net",
                "<id>.example.net:32000"
            ),
        ]
    )
    func identity(identity: RelayIdentity, host: String, link: String) async throws {
        let answer = try await create(APIFixture(identity: identity), "1.1.1.1")
        let id = try #require(answer.json.at("session_id")?.text).prefix(12)
        func filled(_ text: String) -> JSONValue {
            .string(text.hasPrefix("<id>") ? String(id + text.dropFirst(4)) : text)
        }
        #expect(answer.json.at("relay", "ip") == .string(identity.address))
        #expect(answer.json.at("relay", "host") == filled(host))
        #expect(answer.json.at("relay", "ports", "server", "link") == filled(link))
    }

    @Test(
        "What real clients send is accepted",
        arguments: [
            #"{"users":[{"ip":"1.1.1.1"}],"filters":[],"webhook_url":""}"#,
            #"{"users":[{"ip":"1.1.1.1"},{"ip":"1.1.1.1"},{"ip":"192.168.0.1"},{"ip":"0.0.0.0"},{"ip":"2001:DB8::1"}]}"#,
            #"{"users":[{"ip":"1.1.1.1","latitude":3,"name":null}],"filters":null,"webhook_url":null,"extra":{"a":[1]}}"#,
            #"{"users":[{"ip":"1.1.1.1"}],"filters":[{"field":"city","values":["Paris"],"filter_type":"any","x":1}]}"#,
            #"{"users":[{"ip":"1.1.1.1"}],"filters":[{"field":"nonsense","values":[],"filter_type":"not"}]}"#,
        ],
        [nil, "application/json", "application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded"]
    )
    func lenient(body: String, contentType: String?) async throws {
        var headers = HTTPFields()
        headers[.contentType] = contentType
        let answer = try await APIFixture().send(.post, "/v1/relays/sessions", body: body, headers: headers)
        #expect(answer.status == 200)
    }

    @Test("A request reaches the directory as it was sent")
    func decoded() async throws {
        let fixture = APIFixture()
        let filters =
            #", "filters": [{"field":"city","values":["A","B"],"filter_type":"all"}], "webhook_url": "http://h/""#
        _ = try await create(fixture, "2001:DB8::1", "1.1.1.1", more: filters)
        #expect(
            await fixture.directory.requests == [
                SessionRequest(
                    addresses: ["2001:DB8::1", "1.1.1.1"],
                    filters: [PlacementFilter(field: "city", values: ["A", "B"], kind: .all)],
                    webhookURL: "http://h/"
                )
            ]
        )
    }

    @Test(
        "A body that is not right is 400, and the message names the field",
        arguments: [
            ("", "body"), ("{", "JSON"), ("[]", "a list"), ("\"x\"", "a string"), ("null", "null"), ("{}", "users"),
            (#"{"users":null}"#, "users is null"), (#"{"users":{}}"#, "users is an object"),
            (#"{"users":[]}"#, "users"),
            (#"{"users":[1]}"#, "users[0] is a number"), (#"{"users":[{}]}"#, "users[0].ip is missing"),
            (#"{"users":[{"ip":"1.1.1.1"},{"ip":5}]}"#, "users[1].ip is a number"),
            (#"{"users":[{"ip":"1.1.1.1"},{"ip":"x"}]}"#, "users[1].ip"),
            (#"{"users":[{"ip":"1.1.1.1"}],"filters":{}}"#, "filters is an object"),
            (
                #"{"users":[{"ip":"1.1.1.1"}],"filters":[{"values":[],"filter_type":"any"}]}"#,
                "filters[0].field is missing"
            ),
            (#"{"users":[{"ip":"1.1.1.1"}],"filters":[{"field":"city","filter_type":"any"}]}"#, "filters[0].values"),
            (
                #"{"users":[{"ip":"1.1.1.1"}],"filters":[{"field":"city","values":[1],"filter_type":"any"}]}"#,
                "filters[0].values[0]"
            ),
            (
                #"{"users":[{"ip":"1.1.1.1"}],"filters":[{"field":"city","values":[],"filter_type":"some"}]}"#,
                "any, all, not"
            ),
            (#"{"users":[{"ip":"1.1.1.1"}],"webhook_url":5}"#, "webhook_url is a number"),
            (#"{"users":[{"ip":"1.1.1.1"}],"webhook_url":"ftp://x"}"#, "webhook_url"),
            (#"{"users":[],"users":[]}"#, "a key that the object has already"), (#"{"users":[1e999]}"#, "out of range"),
        ]
    )
    func invalidCreate(body: String, part: String) async throws {
        let answer = try await APIFixture().send(.post, "/v1/relays/sessions", body: body)
        #expect(answer.status == 400)
        #expect(answer.message?.contains(part) == true, "\(answer.text)")
    }

    @Test("An authorized user is told apart by session_user, in place of session_users")
    func authorize() async throws {
        let fixture = APIFixture()
        let created = try await create(fixture, "1.1.1.1")
        let id = try #require(created.json.at("session_id")?.text)
        let body = #"{"session_id":"\#(id)","user_ip":"1.1.1.1"}"#
        for path in ["sessions:authorize-user", "sessions%3Aauthorize-user", "sessions%3aauthorize-user/"] {
            let answer = try await fixture.send(.post, "/v1/relays/\(path)", body: body)
            #expect(answer.status == 200)
            #expect(
                answer.json.keys == [
                    "session_id", "authorization_token", "status", "ready", "linked", "session_user", "relay",
                ]
            )
            #expect(answer.json.at("authorization_token") == created.json.at("authorization_token"))
            #expect(answer.json.at("session_user", "ip_address") == .string("1.1.1.1"))
            #expect(answer.json.at("relay") == created.json.at("relay"))
        }
        let session = try await fixture.send(.get, "/v1/relays/sessions/\(id)")
        #expect(session.json.at("session_users", "3", "ip_address") == .string("1.1.1.1"))
    }

    @Test(
        "Bodies of authorize and revoke that are not right are 400",
        arguments: [
            ("authorize", #"{}"#, "session_id is missing"),
            ("authorize", #"{"session_id":1}"#, "session_id is a number"),
            ("authorize", #"{"session_id":"x"}"#, "user_ip is missing"),
            ("authorize", #"{"session_id":"x","user_ip":"1.2.3"}"#, "user_ip"),
            ("revoke", #"{"authorization_token":1}"#, "session_id is missing"),
            ("revoke", #"{"session_id":"x"}"#, "authorization_token is missing"),
            ("revoke", #"{"session_id":"x","authorization_token":null}"#, "authorization_token is null"),
            ("revoke", #"{"session_id":"x","authorization_token":-77123}"#, "authorization_token"),
            ("revoke", #"{"session_id":"x","authorization_token":77123.5}"#, "authorization_token"),
            ("revoke", #"{"session_id":"x","authorization_token":"77123x"}"#, "authorization_token"),
            ("revoke", #"{"session_id":"x","authorization_token":""}"#, "authorization_token"),
            ("revoke", #"{"session_id":"x","authorization_token":"+77123"}"#, "authorization_token"),
            ("revoke", #"{"session_id":"x","authorization_token":77123000000}"#, "authorization_token"),
            ("revoke", #"{"session_id":"x","authorization_token":true}"#, "authorization_token"),
        ]
    )
    func invalidUserCalls(call: String, body: String, part: String) async throws {
        let answer = try await APIFixture().send(.post, "/v1/relays/sessions:\(call)-user", body: body)
        #expect(answer.status == 400)
        #expect(answer.message?.contains(part) == true, "\(answer.text)")
        #expect(!answer.text.contains("77123"), "a token came back in an error")
    }

    @Test("A token revokes its user as a number and as a string", arguments: ["%", "\"%\"", "%.0"])
    func revoke(form: String) async throws {
        let fixture = APIFixture()
        let created = try await create(fixture, "1.1.1.1", "2.2.2.2")
        let id = try #require(created.json.at("session_id")?.text)
        let token = try #require(created.json.at("session_users", "0", "authorization_token")?.number)
        let written = form.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "\(token)")
        let body = "{\"session_id\":\"\(id)\",\"authorization_token\":\(written)}"
        let answer = try await fixture.send(.post, "/v1/relays/sessions:revoke-user", body: body)
        #expect(answer.status == 200)
        #expect(answer.json.keys == created.json.keys)
        #expect(answer.json.at("session_users", "0", "ip_address") == .string("2.2.2.2"))
        #expect(answer.json.at("session_users", "1") == nil)
        #expect(try await fixture.send(.post, "/v1/relays/sessions:revoke-user", body: body).status == 404)
    }

    @Test("A number that is nobody's token is 404", arguments: ["0", "9999999999", "\"9999999999\"", "4294967295"])
    func unknownToken(token: String) async throws {
        let fixture = APIFixture()
        let id = try #require(try await create(fixture, "1.1.1.1").json.at("session_id")?.text)
        let body = "{\"session_id\":\"\(id)\",\"authorization_token\":\(token)}"
        #expect(try await fixture.send(.post, "/v1/relays/sessions:revoke-user", body: body).status == 404)
    }

    @Test("Get and delete find a session by its id, until it is deleted")
    func getAndDelete() async throws {
        let fixture = APIFixture()
        let created = try await create(fixture, "1.1.1.1")
        let path = "/v1/relays/sessions/" + (try #require(created.json.at("session_id")?.text))
        #expect(try await fixture.send(.get, path).json == created.json)
        #expect(try await fixture.send(.get, path + "/").json == created.json)
        let head = try await fixture.send(.head, path)
        #expect(head.status == 200 && head.text.isEmpty)
        let deleted = try await fixture.send(.delete, path)
        #expect(deleted.status == 204 && deleted.text.isEmpty)
        for method in [HTTPRequest.Method.get, .delete] {
            let answer = try await fixture.send(method, path)
            #expect(answer.status == 404 && answer.message != nil)
        }
    }

    @Test(
        "The list is paged, newest first",
        arguments: [
            ("", 5, #"{"number":1,"paginator":{"num_pages":1},"has_next":false,"has_previous":false}"#),
            (
                "?limit=2", 2,
                #"{"number":1,"next_page_number":2,"paginator":{"num_pages":3},"has_next":true,"has_previous":false}"#
            ),
            (
                "?page=2&limit=2", 2,
                #"{"number":2,"next_page_number":3,"previous_page_number":1,"paginator":{"num_pages":3},"has_next":true,"has_previous":true}"#
            ),
            (
                "?limit=2&page=3", 1,
                #"{"number":3,"previous_page_number":2,"paginator":{"num_pages":3},"has_next":false,"has_previous":true}"#
            ),
            (
                "?limit=2&page=9", 0,
                #"{"number":9,"previous_page_number":3,"paginator":{"num_pages":3},"has_next":false,"has_previous":true}"#
            ),
            (
                "?page=1000000000&limit=100&other=x", 0,
                #"{"number":1000000000,"previous_page_number":1,"paginator":{"num_pages":1},"has_next":false,"has_previous":true}"#
            ),
        ]
    )
    func list(query: String, count: Int, pagination: String) async throws {
        let fixture = APIFixture()
        for index in 0..<5 { _ = try await create(fixture, "192.0.2.\(index)") }
        let answer = try await fixture.send(.get, "/v1/relays/sessions\(query)")
        #expect(answer.status == 200)
        #expect(answer.json.keys == ["sessions", "total_count", "pagination"])
        #expect(answer.json.at("total_count") == .integer(5))
        #expect(answer.json.at("pagination").map { String(decoding: $0.bytes, as: UTF8.self) } == pagination)
        #expect(answer.json.at("sessions", "\(count)") == nil)
        if count > 0 { #expect(answer.json.at("sessions", "\(count - 1)") != nil) }
        if count == 5 {
            #expect(answer.json.at("sessions", "0", "session_users", "0", "ip_address") == .string("192.0.2.4"))
        }
    }

    @Test(
        "A page or limit out of range is 400",
        arguments: [
            "page=0", "page=-1", "page=x", "page=", "page=1.5", "page=99999999999999999999", "limit=0", "limit=101",
            "page=1&page=2",
        ]
    )
    func invalidPaging(query: String) async throws {
        let answer = try await APIFixture().send(.get, "/v1/relays/sessions?\(query)")
        #expect(answer.status == 400)
        #expect(answer.message?.hasPrefix(query.prefix { $0 != "=" }) == true)
    }

    @Test("Users that a geolocation database knows have latitude and longitude")
    func geolocation() async throws {
        var writer = GeoDatabaseWriter()
        writer.add(
            "1.1.1.0/24",
            GeoDatabaseWriter.city(
                continent: ("OC", "Oceania"),
                country: ("AU", "Australia"),
                latitude: -33.86,
                longitude: 151.2
            )
        )
        let file = try TemporaryFile(writer.file)
        let fixture = APIFixture(locator: GeoLocator(try GeoDatabase(path: file.path)))
        let answer = try await create(fixture, "1.1.1.1", "2.2.2.2")
        #expect(
            answer.json.at("session_users", "0")?.keys == [
                "ip_address", "latitude", "longitude", "authorization_token",
            ]
        )
        #expect(answer.json.at("session_users", "0", "latitude") == .number(-33.86))
        #expect(answer.json.at("session_users", "1")?.keys == ["ip_address", "authorization_token"])
    }
}
