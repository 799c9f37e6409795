import Foundation
import Synchronization
import Testing

/// Remembers every secret that passed through a test's hands, from any thread.
final class SecretCollector: Sendable {
    private let texts = Mutex<Set<String>>([])
    private let tokens = Mutex<Set<UInt32>>([])

    func add(text: String) {
        texts.withLock { _ = $0.insert(text) }
    }

    func add(token: UInt32) {
        tokens.withLock { _ = $0.insert(token) }
    }

    /// Notes the tokens in an answer of the API.
    func add(from json: JSON) {
        for value in json.values(under: "authorization_token") {
            if let token = value.int.flatMap({ UInt32(exactly: $0) }) { add(token: token) }
        }
    }

    /// The secrets that stand in a text: keys anywhere in it, tokens as whole words in decimal or hexadecimal.
    func found(in text: String) -> [String] {
        let words = Set(text.lowercased().split { !($0.isLetter || $0.isNumber) })
        let leakedTexts = texts.withLock { $0.filter { text.contains($0) } }
        // Small tokens are left out: their digits turn up by chance.
        let leakedTokens = tokens.withLock { tokens in
            tokens.filter { token in
                let hex = String(token, radix: 16)
                let padded = String(repeating: "0", count: 8 - hex.count) + hex
                return token > 1 << 20 && [String(token), hex, padded, "0x" + hex].contains { words.contains($0[...]) }
            }
        }
        return leakedTexts.sorted() + leakedTokens.map { "token \($0)" }.sorted()
    }
}

/// Expects that nothing the daemon wrote contains a key or a token.
func expectNoSecrets(in daemon: TestDaemon, sourceLocation: SourceLocation = #_sourceLocation) {
    let leaked = daemon.secrets.found(in: daemon.log)
    #expect(leaked.isEmpty, "secrets in the log\n\(daemon.logTail)", sourceLocation: sourceLocation)
}
