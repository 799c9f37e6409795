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
        let datagram = batch.datagrams[index]
        return [UInt8](UnsafeRawBufferPointer(start: datagram.bytes, count: datagram.length))
    }

    func name(_ index: Int) -> UnsafeMutableRawPointer { batch.datagrams[index].name }
    func local(_ index: Int) -> (high: UInt64, low: UInt64) { batch.datagrams[index].local }
}

/// A batch to send through a socket, with the bytes that it points to.
final class Outbox {
    private var batch: SendBatch
    private let number: Int32
    private var kept: [UnsafeMutableRawPointer] = []

    /// - Parameter number: the socket's descriptor.
    init(isIPv4: Bool = true, mayJoin: Bool = true, through number: Int32) {
        batch = SendBatch(isIPv4: isIPv4, mayJoin: mayJoin)
        self.number = number
    }

    deinit {
        for memory in kept { memory.deallocate() }
    }

    var count: Int { batch.count }

    /// Adds a datagram.
    func append(
        _ bytes: [UInt8],
        to name: UnsafeMutableRawPointer,
        from local: (high: UInt64, low: UInt64) = (0, 0)
    ) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        kept.append(memory)
        batch.append(memory, length: bytes.count, to: name, from: local, through: number)
    }

    func flush() -> SendBatch.Totals {
        batch.flush(through: number)
        return batch.takeTotals()
    }
}
