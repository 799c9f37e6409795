internal import CLinux
internal import Glibc

/// Up to 64 datagrams of one address family on their way out of one socket, sent by `sendmmsg`. Datagrams to one place leave
/// together, as one message that the kernel cuts up (UDP_SEGMENT): see `SendBatch+Joining`. Everything is allocated once;
/// bytes and addresses are pointed to, not copied, and must stay until `flush`.
public struct SendBatch: ~Copyable {
    /// Datagrams that fit.
    public static var capacity: Int { 64 }
    static var controlBytes: Int { 64 }

    /// What a message is made of.
    struct Group {
        /// Bytes of each datagram in it but the last, which may have fewer.
        var size: Int
        /// Bytes of the last one.
        var last: Int
        /// Bytes in all.
        var bytes: Int
        /// Datagrams.
        var count: Int
        /// Where its vectors stand in `joined`, once there is more than one.
        var place: Int
    }

    let isIPv4: Bool
    /// In the order in which each was begun; a message's name and control are those of its first datagram.
    let messages: UnsafeMutablePointer<clinux_mmsghdr>
    let groups: UnsafeMutablePointer<Group>
    /// For each message: room for packet info, and behind it for a segment size. Only values change.
    let controls: UnsafeMutableRawPointer
    /// The datagrams as they were added, and which message each one belongs to.
    let vectors: UnsafeMutablePointer<iovec>
    let messageOf: UnsafeMutablePointer<UInt8>
    /// The vectors of messages with more than one datagram, next to each other as the kernel wants them.
    let joined: UnsafeMutablePointer<iovec>
    /// The last message for an address that falls into a place of this table. May be out of date: it is checked.
    let latest: UnsafeMutablePointer<UInt8>
    var refusals: JoinRefusals
    var messageCount = 0
    /// Datagrams added.
    public private(set) var count = 0
    var totals = Totals()

    /// - Parameters:
    ///   - isIPv4: the family of the socket and of everything that is sent through it.
    ///   - mayJoin: whether the kernel can cut messages; else every datagram leaves alone.
    public init(isIPv4: Bool, mayJoin: Bool = UDPSocket.canSegment) {
        self.isIPv4 = isIPv4
        refusals = JoinRefusals(mayJoin: mayJoin)
        messages = .allocate(capacity: Self.capacity)
        groups = .allocate(capacity: Self.capacity)
        controls = .allocate(byteCount: Self.capacity * Self.controlBytes, alignment: 64)
        vectors = .allocate(capacity: Self.capacity)
        messageOf = .allocate(capacity: Self.capacity)
        joined = .allocate(capacity: Self.capacity)
        latest = .allocate(capacity: Self.latestPlaces)
        latest.initialize(repeating: 0, count: Self.latestPlaces)
        memset(controls, 0, Self.capacity * Self.controlBytes)
        var nowhere: (UInt64, UInt64) = (0, 0)
        for index in 0..<Self.capacity {
            let control = controls + index * Self.controlBytes
            let space =
                isIPv4 ? clinux_write_pktinfo4(control, &nowhere) : clinux_write_pktinfo6(control, &nowhere)
            _ = clinux_write_segment(control + space, 0)
            var header = msghdr()
            header.msg_namelen = isIPv4 ? 16 : 28
            messages[index] = clinux_mmsghdr(msg_hdr: header, msg_len: 0)
        }
    }

    deinit {
        messages.deallocate()
        groups.deallocate()
        controls.deallocate()
        vectors.deallocate()
        messageOf.deallocate()
        joined.deallocate()
        latest.deallocate()
        refusals.deallocate()
    }

    /// Adds a datagram; a full batch is sent first.
    /// - Parameters:
    ///   - length: 1 … 1280 bytes.
    ///   - name: the receiver as a `sockaddr_in` or `sockaddr_in6` of the batch's family. Datagrams with the same pointer go
    ///     to the same place.
    ///   - local: the address it leaves from, network order as two words; both 0 leave it to the socket.
    ///   - number: the socket of the batch.
    public mutating func append(
        _ bytes: UnsafeMutableRawPointer,
        length: Int,
        to name: UnsafeMutableRawPointer,
        from local: (high: UInt64, low: UInt64),
        through number: Int32
    ) {
        if count == Self.capacity { flush(through: number) }
        let index = count
        count = index &+ 1
        vectors[index] = iovec(iov_base: bytes, iov_len: length)
        let place = Self.place(name)
        let known = Int(latest[place])
        if known < messageCount, messages[known].msg_hdr.msg_name == name, join(index, length, to: known) { return }
        let message = messageCount
        messageCount = message &+ 1
        latest[place] = UInt8(truncatingIfNeeded: message)
        messageOf[index] = UInt8(truncatingIfNeeded: message)
        groups[message] = Group(size: length, last: length, bytes: length, count: 1, place: 0)
        messages[message].msg_hdr.msg_name = name
        messages[message].msg_hdr.msg_iov = vectors + index
        messages[message].msg_hdr.msg_iovlen = 1
        guard local.high | local.low != 0 else {
            messages[message].msg_hdr.msg_control = nil
            messages[message].msg_hdr.msg_controllen = 0
            return
        }
        setLocalAddress(message, local)
    }

    /// Makes a message leave from an address.
    @inline(__always)
    private func setLocalAddress(_ message: Int, _ local: (high: UInt64, low: UInt64)) {
        let control = controls + message &* Self.controlBytes
        messages[message].msg_hdr.msg_control = control
        messages[message].msg_hdr.msg_controllen = packetInfoSpace
        if isIPv4 {
            control.storeBytes(
                of: UInt32(truncatingIfNeeded: local.low),
                toByteOffset: Int(CLINUX_PKTINFO4_ADDRESS),
                as: UInt32.self
            )
        } else {
            control.storeBytes(of: local.high, toByteOffset: Int(CLINUX_PKTINFO6_ADDRESS), as: UInt64.self)
            control.storeBytes(of: local.low, toByteOffset: Int(CLINUX_PKTINFO6_ADDRESS) &+ 8, as: UInt64.self)
        }
    }

    @inline(__always)
    var packetInfoSpace: Int { isIPv4 ? Int(CLINUX_PKTINFO4_SPACE) : Int(CLINUX_PKTINFO6_SPACE) }

    /// What became of the datagrams of one or more batches.
    @frozen
    public struct Totals: Sendable {
        /// Batches sent.
        public var batches = 0
        /// Datagrams that the kernel refused and that were given up.
        public var failed = 0
        /// Datagrams that left together with others.
        public var joined = 0
        /// Why the last of the failed ones was refused: an `errno`, 0 where none was.
        public var lastError: Int32 = 0
    }

    /// Sends everything. A datagram that the kernel refuses is given up and the rest goes on: `sendmmsg` reports an error
    /// only for the first message of a call. A message of several is tried again one by one.
    public mutating func flush(through number: Int32) {
        totals.batches &+= 1
        if messageCount < count { totals.joined &+= arrange() }
        let taken = clinux_sendmmsg(number, messages, UInt32(messageCount), 0)
        // What follows a call runs in cold caches: nothing more where all went well.
        if Int(taken) != messageCount { goOn(after: taken, through: number) }
        count = 0
        messageCount = 0
    }

    /// Sends the rest of a batch of which the kernel took only a part.
    @inline(never)
    private mutating func goOn(after taken: Int32, through number: Int32) {
        var taken = taken
        var sent = 0
        while true {
            if taken > 0 {
                sent &+= Int(taken)
            } else if errno != EINTR {
                giveUp(sent, through: number, after: errno)
                sent &+= 1
            }
            guard sent < messageCount else { return }
            taken = clinux_sendmmsg(number, messages + sent, UInt32(messageCount &- sent), 0)
        }
    }

    /// Counts a refused datagram, or sends the datagrams of a refused message one by one.
    private mutating func giveUp(_ message: Int, through number: Int32, after code: Int32) {
        guard groups[message].count > 1 else {
            totals.failed &+= 1
            totals.lastError = code
            return
        }
        totals.joined &-= groups[message].count
        totals.failed &+= sendSingly(message, through: number, after: code)
    }

    /// What has become of all since the last call.
    public mutating func takeTotals() -> Totals {
        let result = totals
        totals = Totals()
        return result
    }
}
