internal import RelaySystem

/// Reads small regular files without ever waiting for one.
enum FileReader {
    /// The first bytes of a file.
    static func read(
        _ path: String,
        atMost limit: Int
    ) -> Result<ConfigurationSystem.File, ConfigurationSystem.FileError> {
        do throws(SmallFile.Failure) {
            let file = try SmallFile.read(path, atMost: limit)
            let permissions = ConfigurationSystem.Permissions(mode: file.mode, group: file.group)
            return .success(ConfigurationSystem.File(bytes: file.bytes, permissions: permissions))
        } catch {
            return .failure(error.isMissing ? .missing : .unreadable(error.reason))
        }
    }
}
