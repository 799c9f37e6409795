internal import Glibc
internal import RelaySystem

/// Who may open a Unix socket: whoever may write to its file (unix(7)).
package struct SocketPermissions: Sendable, Equatable {
    /// The permission bits, such as 0o660 for owner and group.
    package var mode: UInt32
    /// The group that the file belongs to, by name or number; `nil` for the daemon's.
    package var group: String?

    package init(mode: UInt32 = 0o660, group: String? = nil) {
        self.mode = mode
        self.group = group
    }

    /// Gives them to the file at `path`.
    /// - Parameter name: the configuration key of the socket's listener, for messages.
    /// - Throws: `ListenerError` where there is no such group, or the daemon may not give a file to it.
    func apply(to path: String, of name: String) throws(ListenerError) {
        // The group first: a change of it takes bits of the mode away (chown(2)).
        if let group {
            guard let number = Self.number(of: group) else {
                throw ListenerError(
                    "there is no group '\(group)' on this machine: make it, or name another one",
                    key: Self.groupKey(of: name)
                )
            }
            guard chown(path, uid_t.max, number) == 0 else {
                throw ListenerError(
                    "the socket cannot be given to the group '\(group)': the daemon has to be in it; under systemd, set "
                        + "Group=\(group) with 'systemctl edit causeway.service'",
                    key: Self.groupKey(of: name)
                )
            }
        }
        guard chmod(path, mode) == 0 else {
            throw ListenerError("the socket's mode cannot be set: \(SystemWords.reason(errno))", key: name)
        }
    }

    /// `api.socket_group` for the listener `api.listen`.
    private static func groupKey(of name: String) -> String { name.prefix { $0 != "." } + ".socket_group" }

    private static func number(of group: String) -> gid_t? {
        if let number = gid_t(group) { return number }
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var room = [CChar](repeating: 0, count: 64 << 10)
        let status = getgrnam_r(group, &entry, &room, room.count, &found)
        return status == 0 && found != nil ? entry.gr_gid : nil
    }
}
