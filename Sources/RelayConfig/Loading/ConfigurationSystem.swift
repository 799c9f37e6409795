import Glibc

/// What the loader asks of the machine; tests put their own in its place.
package struct ConfigurationSystem: Sendable {
    /// Who may read a file.
    package struct Permissions: Sendable {
        /// The mode bits of stat(2), the lowest nine.
        package var mode: UInt32
        /// The owning group.
        package var group: UInt32

        /// Makes permissions.
        package init(mode: UInt32, group: UInt32) {
            self.mode = mode
            self.group = group
        }
    }

    /// A file's content with its permissions.
    package struct File: Sendable {
        /// The bytes, at most one more than 1 MiB.
        package var bytes: [UInt8]
        /// Who may read it.
        package var permissions: Permissions

        /// Makes a file.
        package init(bytes: [UInt8], permissions: Permissions) {
            self.bytes = bytes
            self.permissions = permissions
        }
    }

    /// Why a file could not be read.
    package enum FileError: Error {
        /// There is none.
        case missing
        /// Anything else, in words.
        case unreadable(String)
    }

    /// Reads a whole file.
    package var readFile: @Sendable (_ path: String) -> Result<File, FileError>

    /// The text of `/proc/sys/net/ipv4/ip_local_port_range`; `nil` where it cannot be read.
    package var localPortRange: @Sendable () -> String?

    /// The group that this process belongs to.
    package var ownGroup: UInt32

    /// Makes a system.
    package init(
        readFile: @escaping @Sendable (String) -> Result<File, FileError>,
        localPortRange: @escaping @Sendable () -> String?,
        ownGroup: UInt32
    ) {
        self.readFile = readFile
        self.localPortRange = localPortRange
        self.ownGroup = ownGroup
    }

    /// The machine itself.
    package static var live: ConfigurationSystem {
        ConfigurationSystem(
            readFile: { FileReader.read($0, atMost: YAMLSource.largestFile + 1) },
            localPortRange: {
                let file = try? FileReader.read("/proc/sys/net/ipv4/ip_local_port_range", atMost: 64).get()
                return file.map { String(decoding: $0.bytes, as: UTF8.self) }
            },
            ownGroup: getegid()
        )
    }
}
