internal import CLinux
internal import Glibc

// Datagrams to one place leave as one message: the kernel goes its way through routing, filters and device once, and cuts
// the message into datagrams at its end (UDP_SEGMENT, Linux 4.18). All but the last must be of one size. The order of what
// goes to one place stays: a datagram joins the last message begun for it, or begins the next one.
extension SendBatch {
    static var latestPlaces: Int { 256 }
    /// What one message may hold: the longest UDP payload (65,507 bytes over IPv4) with room to spare.
    private static var longestMessage: Int { 65_000 }
    /// Segments of a message (UDP_MAX_SEGMENTS; 128 since Linux 6.9). Kernels before 5.16 count the headers as payload.
    private static var mostSegments: Int { 64 }
    private static var longestHeaders: Int { 48 }

    /// Names stand in tables of 64-byte lines.
    @inline(__always)
    static func place(_ name: UnsafeMutableRawPointer) -> Int {
        Int(truncatingIfNeeded: (UInt(bitPattern: name) &>> 6) & UInt(latestPlaces &- 1))
    }

    /// Adds a datagram to a message for the same place, where it fits.
    @inline(__always)
    mutating func join(_ index: Int, _ length: Int, to message: Int) -> Bool {
        let group = groups + message
        guard length <= group.pointee.size, group.pointee.last == group.pointee.size,
            group.pointee.bytes &+ length <= Self.longestMessage,
            group.pointee.bytes &+ length &+ Self.longestHeaders <= group.pointee.size &* Self.mostSegments,
            mayJoin(message)
        else { return false }
        group.pointee.last = length
        group.pointee.bytes &+= length
        group.pointee.count &+= 1
        messageOf[index] = UInt8(truncatingIfNeeded: message)
        return true
    }

    @inline(__always)
    private func mayJoin(_ message: Int) -> Bool {
        if refusals.isEmpty { return true }
        guard let name = messages[message].msg_hdr.msg_name else { return false }
        return !refusals.contains(name, isIPv4: isIPv4)
    }

    /// Brings the datagrams of each message together. Returns how many leave together with others.
    mutating func arrange() -> Int {
        var place = 0
        for message in 0..<messageCount where groups[message].count > 1 {
            groups[message].place = place
            messages[message].msg_hdr.msg_iov = joined + place
            messages[message].msg_hdr.msg_iovlen = groups[message].count
            setSegmentSize(message)
            place &+= groups[message].count
        }
        for index in 0..<count {
            let group = groups + Int(messageOf[index])
            guard group.pointee.count > 1 else { continue }
            joined[group.pointee.place] = vectors[index]
            group.pointee.place &+= 1
        }
        return place
    }

    private func setSegmentSize(_ message: Int) {
        let control = controls + message &* Self.controlBytes + packetInfoSpace
        control.storeBytes(
            of: UInt16(truncatingIfNeeded: groups[message].size),
            toByteOffset: Int(CLINUX_SEGMENT_SIZE),
            as: UInt16.self
        )
        if messages[message].msg_hdr.msg_controllen == 0 { messages[message].msg_hdr.msg_control = control }
        messages[message].msg_hdr.msg_controllen &+= Int(CLINUX_SEGMENT_SPACE)
    }

    /// Sends the datagrams of a message that the kernel refused one by one. Where that works, it was the joining that did not,
    /// and what goes there is not joined again.
    /// - Returns: how many were refused again.
    mutating func sendSingly(_ message: Int, through number: Int32, after code: Int32) -> Int {
        let group = groups[message]
        var header = messages[message].msg_hdr
        header.msg_controllen &-= Int(CLINUX_SEGMENT_SPACE)
        if header.msg_controllen == 0 { header.msg_control = nil }
        header.msg_iovlen = 1
        var failed = 0
        for place in group.place &- group.count..<group.place {
            header.msg_iov = joined + place
            var result = -1
            repeat { result = sendmsg(number, &header, 0) } while result < 0 && errno == EINTR
            if result < 0 {
                failed &+= 1
                totals.lastError = errno
            }
        }
        if failed == 0, let name = header.msg_name { refusals.note(name, isIPv4: isIPv4, code) }
        return failed
    }
}
