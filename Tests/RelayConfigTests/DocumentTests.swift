import Foundation
import RelayConfig
import Testing

@Suite("Generated documents")
struct DocumentTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("The committed default file is the one that the table makes")
    func yaml() throws {
        let text = try String(contentsOf: Self.root.appending(path: "config/causeway.yaml"), encoding: .utf8)
        let isSame = text == ConfigurationDocument.yaml
        #expect(isSame, "run: causewayd print-config --defaults > config/causeway.yaml")
    }

    @Test("The committed manual page is the one that the table makes")
    func markdown() throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/configuration.md"), encoding: .utf8)
        let isSame = text == ConfigurationDocument.markdown
        #expect(isSame, "run: causewayd print-config --markdown > docs/configuration.md")
    }

    @Test("The default file as it stands changes nothing")
    func unchanged() throws {
        let loaded = try load(ConfigurationDocument.yaml)
        #expect(loaded.configuration == .defaults)
        #expect(loaded.entries.allSatisfy { $0.origin == "default" })
    }

    @Test("Each line of the default file can be uncommented alone, and says the default or an example")
    func uncommented() throws {
        for key in ConfigurationKey.table {
            let commented = "\n#\(key.name): "
            #expect(ConfigurationDocument.yaml.components(separatedBy: commented).count == 2, "\(key.name)")
            var text = ConfigurationDocument.yaml.replacing(commented, with: "\n\(key.name): ")
            // These need a companion.
            for (one, other) in [
                ("api.tls.certificate", "api.tls.key"), ("relay.location.latitude", "relay.location.longitude"),
            ] {
                if key.name == one { text = text.replacing("\n#\(other): ", with: "\n\(other): ") }
                if key.name == other { text = text.replacing("\n#\(one): ", with: "\n\(one): ") }
            }
            let loaded = try load(text, files: ["/etc/causeway/keys.yaml": ""])
            if key.defaultText != nil { #expect(loaded.configuration == .defaults, "\(key.name)") }
            #expect(try loaded.entry(key.name).origin.hasPrefix(testPath), "\(key.name)")
        }
    }

    @Test("Every key stands in the listing and in the manual")
    func complete() {
        for key in ConfigurationKey.table {
            #expect(ConfigurationDocument.listing.contains("\(key.name)  ("))
            #expect(ConfigurationDocument.markdown.contains("### `\(key.name)`"))
            #expect(ConfigurationDocument.markdown.contains(key.environmentName))
        }
        #expect(ConfigurationDocument.listing.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(ConfigurationDocument.yaml.split(separator: "\n").allSatisfy { $0.count <= 160 })
    }
}
