import FuzzDriver
import RelayWire
import TestSupport

@testable import RelayCore

/// An engine and the promises that hold after each datagram, whatever its tables came from.
final class Relay {
    var engine: RelayEngine
    let counters: CounterPage
    /// What the books are out by: 0 in a relay that began with nothing.
    private var offset: UInt64 = 0

    static let seed: (UInt64, UInt64) = (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210)

    static var hash: KeyedHash { KeyedHash(seed: seed) }

    init(memory: UnsafeMutableRawPointer, layout: EngineLayout, _ settings: EngineSettings, _ ledger: GuessLedger) {
        counters = layout.makeCounters(in: memory)
        engine = RelayEngine(
            memory: memory,
            layout: layout,
            settings: settings,
            hash: Self.hash,
            ledger: ledger,
            counters: counters
        )
    }

    /// Received, less everything that became of it.
    var imbalance: UInt64 {
        let forwarded = counters[.toHostDatagrams] &+ counters[.toClientDatagrams]
        let dropped = DropReason.allCases.reduce(UInt64(0)) { $0 &+ counters[$1] }
        return counters[.receivedDatagrams] &- forwarded &- counters[.answeredPings] &- dropped &- counters[.heldNow]
    }

    /// From now on the books count as balanced: damaged counters tell nothing.
    func forgiveImbalance() { offset = imbalance }

    func perform(_ event: Program.Event) {
        switch event.action {
        case .datagram(let bytes, let source, let local, let role, let pair, _):
            let arrival = Arrival(source: source, local: local, role: role, pair: pair, now: event.at)
            _ = step(bytes, arrival)
        case .addSession(let plan): try? engine.add(plan, now: event.at)
        case .addUser(let plan, let session): try? engine.add(plan, toSession: session)
        case .removeUser(let user, let session): engine.removeUser(user, fromSession: session, now: event.at)
        case .removeSession(let session): engine.removeSession(session, now: event.at)
        case .ownAddresses(let addresses): engine.setOwnAddresses(addresses)
        case .sweep(let slots): engine.sweep(now: event.at, slots: slots)
        case .restart, .coldRestart: break
        }
        engine.drainEvents { _ in }
        Fuzzer.expect(imbalance == offset, "\(event): the books are out by \(Int64(bitPattern: imbalance &- offset))")
    }

    /// Hands over a datagram that stands in a block of exactly its length.
    /// - Returns: what left, and where to; `nil` where nothing did.
    func step(_ datagram: [UInt8], _ arrival: Arrival) -> (bytes: [UInt8], target: PeerEndpoint)? {
        let received = Array(datagram.prefix(Wire.maximumLength + 1))
        let base = UnsafeMutableRawPointer.allocate(byteCount: received.count, alignment: 8)
        defer { base.deallocate() }
        base.copyMemory(from: received, byteCount: received.count)
        let verdict = engine.process(
            DatagramBytes(base: base, length: received.count),
            isOversize: received.count > Wire.maximumLength,
            arrival
        )
        let left = [UInt8](
            UnsafeRawBufferPointer(start: base + Int(verdict.offset), count: Int(verdict.length)).prefix(received.count)
        )
        defer { release(verdict, now: arrival.now) }
        switch verdict.action {
        case .nothing: return nil
        case .reply:
            Fuzzer.expect(left.count == Wire.replyLength, "a reply of \(left.count) bytes")
            return (left, arrival.source)
        case .forward:
            Fuzzer.expect(left.count < received.count, "\(left.count) bytes out for \(received.count) in")
            checkSender(received, now: arrival.now)
            return (left, checked(verdict.target))
        }
    }

    private func release(_ verdict: Verdict, now: UInt64) {
        guard verdict.releasesHeld else { return }
        while let release = engine.nextRelease(now: now) {
            Fuzzer.expect(1...Wire.maximumLength ~= release.length, "released \(release.length) bytes")
            // Read to the last byte, for the sanitizer.
            _ = UnsafeRawBufferPointer(start: release.bytes, count: release.length).reduce(UInt8(0), ^)
            _ = checked(release.target)
        }
    }

    /// Somebody a datagram may be sent to.
    private func checked(_ target: UnsafeMutablePointer<BoundEndpoint>?) -> PeerEndpoint {
        guard let target, target.pointee.isBound else { Fuzzer.fail("forwarded to nobody") }
        let peer = target.pointee.peer
        let address = peer.address
        Fuzzer.expect(
            peer.port != 0 && !address.isUnspecified && !address.isMulticast && !address.isBroadcast,
            "forwarded to \(address.bytes), port \(peer.port)"
        )
        return peer
    }

    /// Only a user of a session that is served gets anything forwarded.
    private func checkSender(_ datagram: [UInt8], now: UInt64) {
        let words = datagram.withUnsafeBytes {
            (user: $0.loadUnaligned(as: UInt32.self), session: $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        }
        let report = engine.report(ofSession: words.session, now: now)
        let isUser = report?.users.contains { $0.userToken == words.user } ?? false
        Fuzzer.expect(isUser, "forwarded for user \(words.user) of session \(words.session)")
    }
}
