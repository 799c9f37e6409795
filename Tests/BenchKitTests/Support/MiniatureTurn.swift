import Foundation
import Glibc
import Synchronization

/// A TURN server in the plainest possible code: one thread, byte arrays, Allocate, ChannelBind, Refresh, ChannelData.
///
/// It shares nothing with the load generator's codec, and is as strict as RFC 8656 lets a server be.
final class MiniatureTurn: Sendable {
    let port: UInt16
    private let server: TestSocket
    private let refusal: Int?
    private let knowsEverybody: Bool
    private let isStopped = Atomic<Bool>(false)
    private let hasEnded = DispatchSemaphore(value: 0)
    /// Allocations made, and those deleted by a Refresh with a lifetime of 0.
    let allocations = Atomic<Int>(0)
    let deletions = Atomic<Int>(0)

    /// - Parameters:
    ///   - refusal: an error code that every ChannelBind is answered with.
    ///   - ignoresFirst: whether each client's first request is lost, so that it has to be sent again.
    ///   - knowsEverybody: whether each client's port still has an allocation of somebody else, which a Refresh with a
    ///     lifetime of 0 ends a second later, as coturn does it.
    init(refusal: Int? = nil, ignoresFirst: Bool = false, knowsEverybody: Bool = false) {
        guard let server = TestSocket() else { fatalError("no UDP socket") }
        self.server = server
        self.refusal = refusal
        self.knowsEverybody = knowsEverybody
        port = server.port
        Thread.detachNewThread { [self] in
            serve(ignoresFirst)
            hasEnded.signal()
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        hasEnded.wait()
        close(server.descriptor)
    }

    private struct Allocation {
        let relay: TestSocket
        let transaction: [UInt8]
        var peer: UInt16?
    }

    private func serve(_ ignoresFirst: Bool) {
        var clients: [UInt16: Allocation] = [:]
        var heard: Set<UInt16> = []
        var forgotten: [UInt16: UInt64] = [:]
        while !isStopped.load(ordering: .relaxed) {
            TestSocket.wait(for: [server] + clients.values.map(\.relay))
            while let (bytes, client) = server.receive() {
                if ignoresFirst, heard.insert(client).inserted { continue }
                if bytes[0] & 0xC0 == 0x40 {
                    // ChannelData: channel 0x4000, a length that is exactly that of the rest.
                    guard let allocation = clients[client], let peer = allocation.peer,
                        Array(bytes[0..<2]) == [0x40, 0x00],
                        Int(bytes[2]) << 8 | Int(bytes[3]) == bytes.count - 4
                    else { continue }
                    allocation.relay.send(Array(bytes[4...]), to: peer)
                } else {
                    answer(bytes, from: client, &clients, &forgotten)
                }
            }
            for (client, allocation) in clients {
                while let (bytes, source) = allocation.relay.receive() {
                    guard source == allocation.peer else { continue }
                    let length = [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
                    server.send([0x40, 0x00] + length + bytes, to: client)
                }
            }
        }
        for allocation in clients.values { close(allocation.relay.descriptor) }
    }

    private func answer(
        _ bytes: [UInt8],
        from client: UInt16,
        _ clients: inout [UInt16: Allocation],
        _ forgotten: inout [UInt16: UInt64]
    ) {
        guard bytes.count >= 20, Array(bytes[4..<8]) == [0x21, 0x12, 0xA4, 0x42],
            Int(bytes[2]) << 8 | Int(bytes[3]) == bytes.count - 20
        else { return }
        let transaction = Array(bytes[8..<20])
        let body = Array(bytes[20...])
        func reply(_ type: [UInt8], _ body: [UInt8] = []) {
            let length: [UInt8] = [0, UInt8(body.count)]
            server.send(type + length + [0x21, 0x12, 0xA4, 0x42] + transaction + body, to: client)
        }
        func refuse(_ type: [UInt8], _ code: Int) {
            reply(type, [0x00, 0x09, 0x00, 0x04, 0, 0, UInt8(code / 100), UInt8(code % 100)])
        }
        let now = DispatchTime.now().uptimeNanoseconds
        switch (bytes[0], bytes[1]) {
        case (0x00, 0x03) where knowsEverybody && now < forgotten[client] ?? .max:
            refuse([0x01, 0x13], 437)
        case (0x00, 0x03) where body == [0x00, 0x19, 0x00, 0x04, 17, 0, 0, 0]:
            if let known = clients[client], known.transaction != transaction {
                refuse([0x01, 0x13], 437)
                return
            }
            if clients[client] == nil, let relay = TestSocket() {
                clients[client] = Allocation(relay: relay, transaction: transaction)
                allocations.add(1, ordering: .relaxed)
            }
            reply([0x01, 0x03], [0x00, 0x0D, 0x00, 0x04, 0, 0, 0x02, 0x58])
        case (0x00, 0x09) where clients[client] != nil:
            guard refusal == nil, Array(body[0..<8]) == [0x00, 0x0C, 0x00, 0x04, 0x40, 0x00, 0x00, 0x00],
                Array(body[8..<14]) == [0x00, 0x12, 0x00, 0x08, 0x00, 0x01],
                // 127.0.0.1 under the cookie.
                Array(body[16..<20]) == [127 ^ 0x21, 0x12, 0xA4, 1 ^ 0x42]
            else {
                refuse([0x01, 0x19], refusal ?? 400)
                return
            }
            clients[client]?.peer = (UInt16(body[14]) << 8 | UInt16(body[15])) ^ 0x2112
            reply([0x01, 0x09])
        case (0x00, 0x04) where body == [0x00, 0x0D, 0x00, 0x04, 0, 0, 0, 0]:
            if let gone = clients.removeValue(forKey: client) {
                close(gone.relay.descriptor)
                deletions.add(1, ordering: .relaxed)
            } else {
                forgotten[client] = now + 1_000_000_000
            }
            reply([0x01, 0x04], body)
        default:
            refuse([0x01, bytes[1] | 0x10], 400)
        }
    }
}
