import Testing

@testable import RelayConfig

@Suite("Table of keys")
struct KeyTableTests {
    @Test("Names and environment variables are unique, and no key is also a group")
    func unique() {
        let names = ConfigurationKey.table.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(ConfigurationKey.table.map(\.environmentName)).count == names.count)
        #expect(ConfigurationKey.groups.isDisjoint(with: names))
        let groups = ConfigurationKey.groups.map { "CAUSEWAY_" + $0.uppercased().replacing(".", with: "_") }
        #expect(Set(groups).isDisjoint(with: ConfigurationKey.table.map(\.environmentName)))
    }

    @Test("Every field of the configuration has exactly one key")
    func coverage() {
        // isDev is the one field that no key sets.
        #expect(Self.leaves(Configuration.defaults) == ConfigurationKey.table.count + 1)
        for key in ConfigurationKey.table {
            var changed = Configuration()
            let blank = changed
            key.setDefault(&changed)
            for other in ConfigurationKey.table where other.name != key.name {
                #expect(other.isEqual(blank, changed), "\(key.name) changes \(other.name)")
            }
        }
    }

    @Test("Every default and every example is a value that its key reads back unchanged")
    func roundTrip() throws {
        for key in ConfigurationKey.table {
            #expect((key.defaultText == nil) == (key.defaultNote != nil), "\(key.name)")
            for text in [key.defaultText, key.example].compactMap({ $0 }) {
                var configuration = Configuration()
                var complaints = Complaints(isSecret: false)
                let root = try #require(try YAMLSource.read("\(key.name): \(text)"))
                let assignments = KeyTree.read(root, from: .builtIn).assignments
                let assignment = try #require(assignments.first)
                key.assign(assignment.node, &configuration, &complaints)
                #expect(complaints.found.isEmpty, "\(key.name): \(text)")
                if text == key.defaultText { #expect(key.isEqual(configuration, .defaults), "\(key.name)") }
            }
        }
    }

    @Test("Help is written in sentences")
    func help() {
        for key in ConfigurationKey.table {
            #expect(key.help.hasSuffix("."), "\(key.name)")
            #expect(key.help.first?.isUppercase == true || key.help.hasPrefix("\""), "\(key.name)")
            #expect(!key.typeDescription.isEmpty, "\(key.name)")
        }
    }

    @Test("Only the webhook secret and the API keys are secret")
    func secrets() {
        #expect(ConfigurationKey.table.filter(\.isSecret).map(\.name) == ["api.keys", "webhook.secret"])
    }

    @Test("A change of any key is found, with whether a reload applies it")
    func changes() throws {
        let old = Configuration.defaults
        #expect(Configuration.changes(from: old, to: old).isEmpty)
        var new = old
        new.log.level = .debug
        new.relay.workers = .count(3)
        new.api.keys = [APIKey(name: "a", sha256: [UInt8](repeating: 1, count: 32), scopes: [.read])]
        let changes = Configuration.changes(from: old, to: new)
        #expect(changes.map(\.key) == ["api.keys", "relay.workers", "log.level"])
        #expect(changes.map(\.reloadable) == [true, false, true])
    }

    /// Counts values that are no groups of the configuration.
    private static func leaves(_ value: Any) -> Int {
        let mirror = Mirror(reflecting: value)
        let isGroup =
            mirror.displayStyle == .struct && String(reflecting: type(of: value)).hasPrefix("RelayConfig.Configuration")
        return isGroup ? mirror.children.reduce(0) { $0 + leaves($1.value) } : 1
    }
}
