internal import Crypto

extension JSONField {
    /// The SHA-256 of what the body says, however its members are ordered and spaced: 32 bytes.
    var digest: [UInt8] { Array(SHA256.hash(data: (value ?? .null).ordered.bytes)) }
}
