import Glibc
import RelayNet
import RelaySystem

/// The other processes of this machine, as far as they matter to one that wants to listen: who has a port, and whether that is
/// this configuration's own daemon, running already.
struct Neighbours {
    /// Who has a port.
    struct Holder: Equatable {
        /// For a message: `process 17 (nginx)`.
        let words: String
        /// Whether it is the daemon that runs with this configuration, or the service manager, which hands the port over.
        let isOurs: Bool
    }

    /// A transport protocol with ports.
    enum Transport { case tcp, udp }

    /// The process that has locked the state directory; `nil` where there is none.
    private let daemon: Int32?

    /// - Parameter state: the state directory, which a daemon locks while it runs.
    init(state: String?) { daemon = state.flatMap(Self.lockHolder) }

    /// Whether this configuration's daemon runs.
    var hasDaemon: Bool { daemon != nil }

    /// Who has a port.
    func holder(of port: UInt16, on address: IPAddress, _ transport: Transport) -> Holder {
        let sockets = SocketList.sockets(transport == .tcp ? ["tcp", "tcp6"] : ["udp", "udp6"]).filter { socket in
            socket.port == port && (transport == .udp || socket.isListening)
                && (socket.address == address || socket.address.reach == .unspecified || address.reach == .unspecified)
        }
        var processes: [(pid: Int32, name: String)] = []
        for socket in sockets { processes += Self.processes(withSocket: socket.inode) }
        if let daemon, processes.contains(where: { $0.pid == daemon }) {
            return Holder(words: "process \(daemon), the relay that runs with this configuration", isOurs: true)
        }
        if let first = processes.first(where: { $0.pid != 1 }) {
            return Holder(words: "process \(first.pid) (\(first.name))", isOurs: false)
        }
        if !processes.isEmpty {
            return Holder(words: "systemd, for a socket unit that 'systemctl list-sockets' shows", isOurs: true)
        }
        let user = sockets.first.map { " of \(ProcessUser.name(ofUser: $0.user))" } ?? ""
        let tool = transport == .tcp ? "ss -ltnp" : "ss -lunp"
        // Nobody may look, as when the service's own user checks beside the relay: then it is most likely the relay.
        return Holder(
            words: "a process\(user) ('sudo \(tool) sport = :\(port)' names it)",
            isOurs: hasDaemon || Self.isNamed("causewayd")
        )
    }

    /// The process that holds the lock on a state directory.
    private static func lockHolder(_ directory: String) -> Int32? {
        let lock = open("\(directory)/lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard lock >= 0 else { return nil }
        defer { close(lock) }
        guard flock(lock, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(lock, &bytes, bytes.count, 0)
        return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }, as: UTF8.self))
    }

    private static func processes(withSocket inode: UInt64) -> [(pid: Int32, name: String)] {
        let wanted = "socket:[\(inode)]"
        return pids.compactMap { pid in
            let folder = "/proc/\(pid)/fd"
            let hasIt = names(in: folder).contains { link("\(folder)/\($0)") == wanted }
            return hasIt ? (pid, name(of: pid)) : nil
        }
    }

    /// Whether any other process has a name. `true` says little, and is asked where nothing else can be known.
    private static func isNamed(_ wanted: String) -> Bool {
        pids.contains { $0 != getpid() && name(of: $0) == wanted }
    }

    private static var pids: [Int32] { names(in: "/proc").compactMap { Int32($0) } }

    private static func name(of pid: Int32) -> String {
        let bytes = (try? SmallFile.read("/proc/\(pid)/comm", atMost: 16).bytes) ?? []
        return String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
            )
        }
        return names
    }

    private static func link(_ path: String) -> String {
        var bytes = [CChar](repeating: 0, count: 64)
        let count = readlink(path, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
