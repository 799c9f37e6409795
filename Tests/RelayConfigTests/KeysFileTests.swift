import RelayConfig
import Testing

@Suite("File of API keys")
struct KeysFileTests {
    private let file = "api.keys_file: /k.yaml\n"
    private let entry = "- {name: a, sha256: \(someHash), scopes: [sessions, read]}\n"

    @Test("Keys of both lists count, with their hashes and scopes")
    func both() throws {
        let other = String(repeating: "ABCD", count: 16)
        let text = file + "api.keys: [{name: b, sha256: \(other), scopes: [admin]}]\n"
        let keys = try load(text, files: ["/k.yaml": entry]).configuration.api.keys
        let hash = [UInt8](repeating: 0, count: 32).indices.map {
            [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF][$0 % 8] as UInt8
        }
        #expect(
            keys == [
                APIKey(name: "b", sha256: hash.indices.map { $0 % 2 == 0 ? 0xAB : 0xCD }, scopes: [.admin]),
                APIKey(name: "a", sha256: hash, scopes: [.sessions, .read]),
            ]
        )
    }

    @Test("Keys that only the file has are listed as coming from it")
    func origin() throws {
        let listed = try load(file, files: ["/k.yaml": entry]).entry("api.keys")
        #expect(listed.valueText == "(secret)")
        #expect(listed.origin == "/k.yaml")
        #expect(try load(file, files: ["/k.yaml": ""]).entry("api.keys").origin == "default")
    }

    @Test("Names are unique within and across the lists")
    func names() {
        let twice = "the name 'a' is used twice, give each key its own name"
        #expect(problems(file, files: ["/k.yaml": entry + entry]) == ["/k.yaml:2:3: \(twice)"])
        #expect(
            problems(file + "api.keys:\n  \(entry)  \(entry)", files: ["/k.yaml": ""]) == ["4:5: api.keys: \(twice)"]
        )
        #expect(
            problems(file + "api.keys:\n  \(entry)", files: ["/k.yaml": entry]) == [
                "/k.yaml: the name 'a' is in api.keys too, give each key its own name"
            ]
        )
    }

    @Test(
        "Problems of the file are told with its own lines",
        arguments: [
            ("a: b", "/k.yaml:1:1: the value is a group of keys, write a list of {name, sha256, scopes}"),
            ("- name: a\n  scopes: [read]\n", "/k.yaml:1:3: an entry has no sha256"),
            ("\n- name: a\n  sha256: x\n  scopes: [read]\n", "/k.yaml:3:11: sha256 is not 64 hexadecimal digits"),
            ("- [", "/k.yaml:2:1: the text is not YAML"),
        ]
    )
    func malformed(text: String, expected: String) throws {
        let found = problems(file, files: ["/k.yaml": text])
        #expect(found.count == 1)
        #expect(try #require(found.first).hasPrefix(expected), "\(found)")
    }

    @Test("A missing file of keys is told where it is named; an empty one has no keys")
    func missing() throws {
        #expect(
            problems(file) == [
                "1:16: the file /k.yaml of api.keys_file does not exist, create it or correct the path"
            ]
        )
        #expect(try load(file, files: ["/k.yaml": "# none yet\n"]).configuration.api.keys.isEmpty)
        #expect(try load(file, files: ["/k.yaml": "[]"]).configuration.api.keys.isEmpty)
    }
}
