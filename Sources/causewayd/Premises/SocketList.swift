import Glibc
import RelayNet

/// The sockets of this network namespace, from the tables in /proc/net (proc(5)).
enum SocketList {
    struct Socket: Equatable {
        let address: IPAddress
        let port: UInt16
        let isListening: Bool
        let user: UInt32
        let inode: UInt64
    }

    /// - Parameter tables: `tcp`, `tcp6`, `udp`, `udp6`.
    static func sockets(_ tables: [String]) -> [Socket] {
        tables.flatMap { table -> [Socket] in
            guard let file = fopen("/proc/self/net/\(table)", "re") else { return [] }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 512)
            var sockets: [Socket] = []
            while fgets(&line, Int32(line.count), file) != nil {
                let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if let socket = parse(text) { sockets.append(socket) }
            }
            return sockets
        }
    }

    /// `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 12345 …`; `nil` for the heading.
    static func parse(_ line: String) -> Socket? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count > 9, let colon = fields[1].firstIndex(of: ":"),
            let address = address(fields[1][..<colon]), let port = UInt16(fields[1][colon...].dropFirst(), radix: 16),
            let user = UInt32(fields[7]), let inode = UInt64(fields[9])
        else { return nil }
        return Socket(address: address, port: port, isListening: fields[3] == "0A", user: user, inode: inode)
    }

    /// Words of 32 bits in the machine's byte order, in hexadecimal.
    private static func address(_ hex: Substring) -> IPAddress? {
        guard hex.utf8.count % 8 == 0 else { return nil }
        var bytes: [UInt8] = []
        var rest = hex
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            withUnsafeBytes(of: word) { bytes += $0 }
            rest = rest.dropFirst(8)
        }
        return IPAddress(bytes: bytes)
    }
}
