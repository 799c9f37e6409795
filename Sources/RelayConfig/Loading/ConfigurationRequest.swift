/// What to load: the sources of one configuration.
package struct ConfigurationRequest: Sendable {
    /// The file of `--config`; `nil` leaves it to `CAUSEWAY_CONFIG` and then to ``defaultFile``.
    package var file: String?
    /// The process's environment.
    package var environment: [String: String]
    /// The texts of `--set KEY=VALUE`, in order.
    package var sets: [String]
    /// Whether `--dev` was given.
    package var dev: Bool

    /// The file that is read when nothing names another; it may be missing.
    package static let defaultFile = "/etc/causeway/causeway.yaml"

    /// Makes a request.
    package init(file: String?, environment: [String: String], sets: [String], dev: Bool) {
        self.file = file
        self.environment = environment
        self.sets = sets
        self.dev = dev
    }

    /// The file to read, and whether it must exist.
    var chosenFile: (path: String, mustExist: Bool) {
        if let file { return (file, true) }
        if let file = environment["CAUSEWAY_CONFIG"], !file.isEmpty { return (file, true) }
        return (Self.defaultFile, false)
    }
}
