internal import Glibc

/// Who this process is, for messages about permissions.
package enum ProcessUser {
    /// `user causeway`, or `user 61184` where the number has no name.
    package static var name: String { name(ofUser: geteuid()) }

    /// The same for any user.
    package static func name(ofUser user: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var text = [CChar](repeating: 0, count: 4_096)
        guard getpwuid_r(user, &entry, &text, text.count, &found) == 0, let name = found?.pointee.pw_name else {
            return "user \(user)"
        }
        return "user \(String(cString: name))"
    }
}
