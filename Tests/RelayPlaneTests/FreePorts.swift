import LinuxIO
import RelayCore

/// UDP ports that nobody uses now.
enum FreePorts {
    /// - Parameter count: an even number.
    static func range(count: Int) throws -> ClosedRange<UInt16> {
        var random = SystemRandomNumberGenerator()
        // Below the ports that the kernel hands out by itself.
        for _ in 0..<50 {
            let first = UInt16.random(in: 5_000...15_000, using: &random) * 2
            let range = first...(first + UInt16(count) - 1)
            if range.allSatisfy({ isFree($0, PlaneScene.loopback) }) { return range }
        }
        throw DataPlaneError.cannotStart(reason: "no free ports")
    }

    static func isFree(_ port: UInt16, _ address: [UInt8]) -> Bool {
        (try? UDPSocket.open(address: address, port: port, UDPSocket.Options()).take()).map {
            Descriptor($0).number >= 0
        } ?? false
    }
}
