import LinuxIO

// What may not be copied cannot stand in an expectation: these hold it.

/// An open socket and its port.
final class OpenSocket {
    private let descriptor: Descriptor
    let port: UInt16

    init(_ address: [UInt8], port: UInt16 = 0, _ options: UDPSocket.Options = UDPSocket.Options()) throws {
        descriptor = try UDPSocket.open(address: address, port: port, options)
        self.port = try UDPSocket.port(of: descriptor)
    }

    /// - Parameter reports: whether each datagram tells which local address it came to.
    convenience init(_ address: [UInt8], reports: Bool) throws {
        var options = UDPSocket.Options()
        options.reportsLocalAddress = reports
        try self.init(address, options)
    }

    var number: Int32 { descriptor.number }
    var receiveBufferBytes: Int { UDPSocket.receiveBufferBytes(of: descriptor) }
}

/// A batch to receive into.
final class Inbox {
    private var batch = ReceiveBatch(longest: 1_200)

    func receive(from socket: OpenSocket) -> Int { batch.receive(from: socket.number) }

    func bytes(_ index: Int) -> [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: batch.bytes(index), count: batch.length(index)))
    }

    func name(_ index: Int) -> UnsafeMutableRawPointer { batch.name(index) }
    func hasControl(_ index: Int) -> Bool { batch.hasControl(index) }
    func local(_ index: Int) -> (high: UInt64, low: UInt64) { batch.localAddress(index) }
    func queueDrops(_ index: Int) -> UInt32? { batch.queueDrops(index) }
}

/// A batch to send, with the bytes that it points to.
final class Outbox {
    private var batch = SendBatch()
    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: SendBatch.capacity)

    deinit {
        bytes.deallocate()
    }

    var isFull: Bool { batch.isFull }
    var count: Int { batch.count }

    /// Adds a datagram of one byte.
    func append(
        _ byte: UInt8,
        to name: UnsafeMutableRawPointer,
        isIPv4: Bool,
        from local: (high: UInt64, low: UInt64) = (0, 0)
    ) {
        let place = bytes + batch.count
        place.initialize(to: byte)
        batch.append(place, length: 1, to: name, isIPv4: isIPv4, from: local)
    }

    func flush(through number: Int32) -> Int { batch.flush(through: number) }
}
