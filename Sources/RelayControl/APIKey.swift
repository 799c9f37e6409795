internal import Crypto

/// What a key may do.
package enum APIScope: String, Sendable, CaseIterable {
    /// All calls on relay sessions, reading included.
    case sessions
    /// All calls on lobbies, reading included.
    case lobbies
    /// Every GET, without tokens and what else is secret: for dashboards and whoever only looks.
    case monitor
    /// Every GET.
    case read
    /// Everything.
    case admin
}

/// An API key as the configuration keeps it: never the key itself, only its SHA-256.
package struct APIKey: Sendable, Equatable {
    /// For logs and audits; not secret.
    package let name: String
    package let scopes: Set<APIScope>
    /// The SHA-256 of the key's UTF-8 bytes, 32 bytes.
    let digest: [UInt8]

    /// Reads the digest from 64 hex digits of either case; `nil` for anything else.
    package init?(name: String, sha256: String, scopes: Set<APIScope>) {
        let digits = Array(sha256.utf8)
        guard digits.count == 64 else { return nil }
        var digest: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.value(ofHexDigit: digits[index]), let low = Self.value(ofHexDigit: digits[index + 1])
            else { return nil }
            digest.append(high << 4 | low)
        }
        self.name = name
        self.scopes = scopes
        self.digest = digest
    }

    /// Makes the entry for a key at hand.
    package init(name: String, key: String, scopes: Set<APIScope>) {
        self.name = name
        self.scopes = scopes
        digest = Self.digest(of: key)
    }

    /// The digest as 64 lowercase hex digits, as the configuration wants it.
    package var sha256: String { Self.hex(digest) }

    /// A new key of 256 random bits, as 64 hex digits.
    package static func newKey(from random: some RandomSource) -> String { hex(random.bytes(32)) }

    static func digest(of key: String) -> [UInt8] { Array(SHA256.hash(data: Array(key.utf8))) }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func value(ofHexDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
