import ArgumentParser
import RelayConfig
import RelayControl
import RelaySystem

struct NewKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-key",
        abstract: "Make an API key: prints it once, and the line for the configuration, which holds only its hash."
    )

    @Argument(help: "A name to know the key by, for instance the game's.")
    var name: String

    @Option(help: "What the key may do: \(Self.scopeNames); several with commas.")
    var scopes: String

    private static let scopeNames = RelayControl.APIScope.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else {
            throw ValidationError("the name '\(name)' may hold only letters, digits, '-', '_' and '.'")
        }
        _ = try scopeSet()
    }

    private func scopeSet() throws -> Set<RelayControl.APIScope> {
        let names = scopes.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }
        guard !names.isEmpty else { throw ValidationError("name at least one scope of \(Self.scopeNames)") }
        return Set(
            try names.map { name in
                guard let scope = RelayControl.APIScope(rawValue: String(name)) else {
                    throw ValidationError("there is no scope '\(name)': use some of \(Self.scopeNames)")
                }
                return scope
            }
        )
    }

    func run() throws {
        let scopes = try scopeSet()
        let secret = RelayControl.APIKey.newKey(from: SystemRandomSource())
        let entry = RelayControl.APIKey(name: name, key: secret, scopes: scopes)
        let list = scopes.map(\.rawValue).sorted().joined(separator: ", ")
        StandardOutput.print(
            """
            The key, shown only this once:

              \(secret)

            For the configuration, under api.keys:

              - {name: \(name), sha256: \(entry.sha256), scopes: [\(list)]}
            """
        )
    }
}
