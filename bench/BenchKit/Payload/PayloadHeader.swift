/// What the first 32 bytes of every payload say: where it comes from, where it belongs and when it was to be sent.
///
/// | bytes | content (little-endian) |
/// | --- | --- |
/// | 0 … 3 | run |
/// | 4 … 7 | session, counted from 0 over the whole run |
/// | 8 … 9 | client within its session, from 0 |
/// | 10 | kind |
/// | 11 | 0xCA |
/// | 12 … 15 | sequence number within its flow |
/// | 16 … 23 | planned send time, in nanoseconds of the monotonic clock |
/// | 24 … 31 | check word over the bytes before |
package struct PayloadHeader: Equatable, Sendable, BitwiseCopyable {
    /// What a payload is for. No value is 1: a payload must not look like the hello of a game's own transport.
    package enum Kind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        /// Measured, client to host.
        case up = 0xA1
        /// Measured, host to client.
        case down = 0xA2
        /// A client's first words, repeated until welcomed; the host learns the client's connection id from it.
        case hello = 0xA3
        /// The host's answer to a hello.
        case welcome = 0xA4
    }

    /// Bytes of the header, and so the smallest payload.
    package static let size = 32

    package var run: UInt32
    package var session: UInt32
    package var client: UInt16
    package var kind: Kind
    package var sequence: UInt32
    package var planned: UInt64

    package init(run: UInt32, session: UInt32, client: UInt16, kind: Kind, sequence: UInt32, planned: UInt64) {
        self.run = run
        self.session = session
        self.client = client
        self.kind = kind
        self.sequence = sequence
        self.planned = planned
    }
}
