internal import LinuxIO
internal import RelayWire

// What a datagram of the relay's protocol has to be like.
extension DatagramFilter {
    static var serverPort: DatagramFilter { filter(header: Wire.hostHeaderLength) }
    static var clientPort: DatagramFilter { filter(header: Wire.clientHeaderLength) }

    /// - Parameter header: of DATA, bytes; a payload follows.
    private static func filter(header: Int) -> DatagramFilter {
        DatagramFilter(
            typeOffset: Wire.typeOffset,
            longest: Wire.maximumLength,
            fixed: (MessageType.ping, Wire.clientHeaderLength),
            open: (MessageType.data, header + 1)
        )
    }
}
