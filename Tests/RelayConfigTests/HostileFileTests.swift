import Foundation
import RelayConfig
import Testing

@Suite("Hostile files")
struct HostileFileTests {
    /// Nine lists, each of nine times the one before.
    private static let bomb: String = {
        var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for letter in "bcdefghi".unicodeScalars {
            let before = Character(Unicode.Scalar(letter.value - 1) ?? "a")
            text += "\(letter): &\(letter) [\(Array(repeating: "*\(before)", count: 9).joined(separator: ", "))]\n"
        }
        return text
    }()

    @Test("A file that would grow without bound is refused with a clear message")
    func bombs() {
        #expect(problems(Self.bomb).first == "3:36: more than 16 aliases (*name), write the values out")
        #expect(problems(Self.bomb.replacing("*", with: "? *")).first?.contains("more than 16 aliases") == true)
        let doubling = (0..<8).map { "k\($0 + 1): &k\($0 + 1) [*k\($0), *k\($0)]\n" }.joined()
        #expect(problems("k0: &k0 [x]\n\(doubling)").count == 9)
    }

    @Test(
        "Deep nesting is refused, not followed",
        arguments: ["[", "{a: ", "- ", "? ", "a: [", "[{a: "]
    )
    func deep(opening: String) throws {
        for count in [40, 900, 5_000, 100_000] {
            let first = try #require(problems(String(repeating: opening, count: count)).first)
            let isNesting = first.contains("nested") || first.contains("not YAML") || first.contains("key here lacks")
            #expect(isNesting, "\(count) times \(opening): \(first)")
        }
        let closed = "api.keys: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(problems(closed) == ["1:43: nested more than 32 levels deep, write less"])
    }

    @Test("A file over 1 MiB, or with too many values, is refused")
    func large() {
        let limit = 1 << 20
        #expect(problems(String(repeating: "#", count: limit)).isEmpty)
        #expect(
            problems(String(repeating: "#", count: limit + 1)) == [
                " the file is larger than 1 MiB, remove what is not configuration"
            ]
        )
        let list = "api.trusted_proxies: [" + String(repeating: "1,", count: 150_000) + "]"
        #expect(problems(list).first?.contains("more than 100000 values") == true)
        let proxies = "api.trusted_proxies: [" + String(repeating: "1.2.3.4,", count: 1_001) + "]"
        #expect(problems(proxies).first?.contains("has 1001 entries, write at most 1000") == true)
    }

    @Test("A large file of one key over and over is refused at once")
    func manyDuplicates() {
        #expect(problems(String(repeating: "log.level: info\n", count: 40_000)).first?.hasPrefix("2:1:") == true)
    }

    @Test("A file that is not UTF-8 is refused")
    func encoding() {
        let system = ConfigurationSystem(
            readFile: { _ in
                .success(ConfigurationSystem.File(bytes: [0xFF, 0xFE, 0x61, 0], permissions: .init(mode: 0, group: 0)))
            },
            localPortRange: { nil },
            ownGroup: 0
        )
        let request = ConfigurationRequest(file: "/x", environment: [:], sets: [], dev: false)
        #expect {
            try ConfigurationLoader.load(request, system: system)
        } throws: { error in
            "\(error)" == "/x: the file is not UTF-8 text, save it as UTF-8"
        }
    }

    @Test(
        "Random damage to a file ends in a configuration or in problems, never in a crash",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func damage(seed: UInt64) {
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let start = Array(
            "relay:\n  address: 203.0.113.7\n  location: {city: \"M\", location_tags: [a, b]}\nlog.level: info\n"
                .unicodeScalars
        )
        let alphabet = Array("\n\t :,-?[]{}#&*!|>'\"%@`~<=a0.\\\u{FEFF}\u{85}\u{2028}é\r".unicodeScalars)
        var outcomes: Set<Bool> = []
        for _ in 0..<400 {
            var scalars = start
            for _ in 0...next(4) {
                let place = next(scalars.count)
                switch next(3) {
                case 0: scalars[place] = alphabet[next(alphabet.count)]
                case 1: scalars.insert(alphabet[next(alphabet.count)], at: place)
                default: scalars.removeSubrange(place..<min(scalars.count, place + 1 + next(5)))
                }
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            let found = problems(String(view))
            outcomes.insert(found.isEmpty)
            for problem in found { #expect(problem.first?.isNumber == true, "seed \(seed): \(problem)") }
        }
        #expect(outcomes == [true, false])
    }

    @Test("The machine's own files are read, and nothing but regular files")
    func live() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "causeway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "c.yaml").path(percentEncoded: false)
        try "log.level: error\n".write(toFile: path, atomically: true, encoding: .utf8)
        let request = ConfigurationRequest(file: path, environment: [:], sets: [], dev: false)
        #expect(try ConfigurationLoader.load(request).entries.contains { $0.origin == "\(path):1:12" })
        for (path, reason) in [
            ("/dev/zero", "not a regular file"), (directory.path(percentEncoded: false), "not a regular file"),
        ] {
            let request = ConfigurationRequest(file: path, environment: [:], sets: [], dev: false)
            #expect {
                try ConfigurationLoader.load(request)
            } throws: { "\($0)".contains("the file cannot be read: \(reason)") }
        }
    }
}
