import RelayControl
import Testing

@Suite struct APIKeyRingTests {
    static let ring = APIKeyRing([
        APIKey(name: "game", key: "secret one", scopes: [.sessions]),
        APIKey(name: "dashboard", key: "secret-two", scopes: [.read]),
        APIKey(name: "ops", key: "tokenthree", scopes: [.admin]),
    ])

    @Test(
        "A key is recognised in every form that clients send",
        arguments: [
            ("token secret-two", "dashboard"), ("Token secret-two", "dashboard"), ("BEARER   secret-two ", "dashboard"),
            ("Bearer\tsecret-two", "dashboard"), ("secret-two", "dashboard"), ("  secret-two  ", "dashboard"),
            ("token secret one", "game"), ("secret one", "game"), ("tokenthree", "ops"), ("token tokenthree", "ops"),
            ("token token secret-two", "dashboard"), ("Token Bearer  secret-two", "dashboard"),
            ("bearer token secret one", "game"),
        ]
    )
    func accepted(header: String, name: String) throws {
        #expect(try Self.ring.authenticate(authorizationHeader: header).name == name)
    }

    @Test(
        "What is no key is refused with 401",
        arguments: [
            nil, "", "   ", "token", "token ", "Bearer", "token secret-tw", "secret-two2", "basic secret-two",
            "token token", "token token token secret-two",
        ] as [String?]
    )
    func refused(header: String?) {
        #expect { try Self.ring.authenticate(authorizationHeader: header) } throws: {
            ($0 as? RelayError)?.code == .unauthenticated
        }
    }

    @Test("The refusal does not repeat what was sent")
    func silence() {
        #expect { try Self.ring.authenticate(authorizationHeader: "token almost-secret") } throws: {
            ($0 as? RelayError)?.message.contains("almost") == false
        }
    }

    @Test("The configured digest is the SHA-256 of the key, in hex of either case")
    func digest() throws {
        // The vector of FIPS 180-2 for "abc".
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(APIKey(name: "n", key: "abc", scopes: []).sha256 == hex)
        let key = try #require(APIKey(name: "n", sha256: hex.uppercased(), scopes: [.read]))
        #expect(try APIKeyRing([key]).authenticate(authorizationHeader: "token abc").scopes == [.read])
        for broken in ["", "ba78", String(hex.dropLast()) + "g", hex + "00"] {
            #expect(APIKey(name: "n", sha256: broken, scopes: []) == nil)
        }
    }

    @Test("A new key has 256 random bits and works")
    func newKey() throws {
        let random = SeededRandom(seed: 3)
        let keys = (0..<50).map { _ in APIKey.newKey(from: random) }
        #expect(Set(keys).count == 50)
        #expect(keys.allSatisfy { $0.utf8.count == 64 })
        let ring = APIKeyRing(keys.map { APIKey(name: $0, key: $0, scopes: [.admin]) })
        #expect(try ring.authenticate(authorizationHeader: "token \(keys[7])").name == keys[7])
    }

    @Test("Scopes open what they name", arguments: APIScope.allCases, APIPrincipal.Area.allCases)
    func scopes(scope: APIScope, area: APIPrincipal.Area) {
        let principal = APIPrincipal(name: "k", scopes: [scope])
        let own = scope == .admin || area == .addresses || scope.rawValue == area.rawValue
        #expect(principal.may(area, isRead: false) == own)
        #expect(principal.may(area, isRead: true) == (own || scope == .read || scope == .monitor))
    }

    @Test("Tokens are for those who may use or read them, not for those who only look")
    func secrets() {
        func sees(_ scopes: APIScope...) -> Bool { APIPrincipal(name: "k", scopes: Set(scopes)).seesSessionSecrets }
        #expect(sees(.sessions) && sees(.read) && sees(.admin) && sees(.monitor, .read))
        #expect(!sees(.monitor) && !sees(.monitor, .lobbies))
    }

    @Test("A key without the scope gets 403, naming what would do")
    func forbidden() {
        let principal = APIPrincipal(name: "k", scopes: [.lobbies])
        #expect { try principal.require(.sessions, isRead: true) } throws: {
            let error = $0 as? RelayError
            return error?.code == .forbidden
                && error?.message.contains("'sessions', 'monitor', 'read' or 'admin'") == true
        }
    }
}
