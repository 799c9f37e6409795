internal import HTTPTypes
internal import Hummingbird
internal import RelayControl

extension APICall {
    private static let longestIdempotencyKey = 255

    /// How the caller named the call with `Idempotency-Key`; `nil` where it did not.
    /// - Throws: `.invalid` for a name that is none.
    func ticket(for call: IdempotencyTicket.Call, _ body: JSONField) throws(RelayError) -> IdempotencyTicket? {
        let keys = request.headers[values: .idempotencyKey]
        guard !keys.isEmpty, let principal else { return nil }
        guard keys.count == 1, (1...Self.longestIdempotencyKey).contains(keys[0].utf8.count),
            keys[0].utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw RelayError(
                .invalid,
                "Idempotency-Key is not usable: send it once, with 1 to \(Self.longestIdempotencyKey) characters of ASCII, "
                    + "such as a random UUID"
            )
        }
        return IdempotencyTicket(
            name: .init(owner: principal.name, call: call, key: keys[0]),
            digest: body.digest
        )
    }
}
