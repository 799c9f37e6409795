extension Load {
    /// The text of a file, or `nil` after a problem, or when an optional file is missing.
    mutating func readText(
        _ path: String,
        mustExist: Bool,
        named name: String,
        origin: Origin
    ) -> (text: String, permissions: ConfigurationSystem.Permissions)? {
        let file: ConfigurationSystem.File
        switch system.readFile(path) {
        case .success(let found): file = found
        case .failure(.missing):
            if mustExist { problems.append((origin, "\(name) does not exist, create it or correct the path")) }
            return nil
        case .failure(.unreadable(let reason)):
            problems.append((origin, "\(name) cannot be read: \(reason), correct the path or its permissions"))
            return nil
        }
        guard file.bytes.count <= YAMLSource.largestFile else {
            problems.append((origin, "\(name) is larger than 1 MiB, remove what is not configuration"))
            return nil
        }
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            problems.append((origin, "\(name) is not UTF-8 text, save it as UTF-8"))
            return nil
        }
        return (text, file.permissions)
    }

    /// Appends the keys of `api.keys_file`.
    mutating func readKeysFile() {
        guard let path = configuration.api.keysFile, let origin = origins["api.keys_file"],
            !broken.contains("api.keys_file"),
            let file = readText(path, mustExist: true, named: "the file \(path) of api.keys_file", origin: origin)
        else { return }
        let (keys, keyProblems) = FileSource.readKeys(file.text, path: path)
        problems += keyProblems
        for key in keys {
            if configuration.api.keys.contains(where: { $0.name == key.name }) {
                let message = "the name '\(key.name)' is in api.keys too, give each key its own name"
                problems.append((Origin(source: .file(path)), message))
            } else if let twin = configuration.api.keys.first(where: { $0.sha256 == key.sha256 }) {
                problems.append((Origin(source: .file(path)), APIKeyReader.sameKey(twin.name, key.name)))
            } else {
                configuration.api.keys.append(key)
            }
        }
        if !keys.isEmpty, origins["api.keys"] == nil { origins["api.keys"] = Origin(source: .file(path)) }
        warnIfExposed(path, file.permissions, holding: "API key hashes")
    }

    /// Warns about a file with secrets that others may read.
    ///
    /// Reading by the daemon's own group is how packages install the file. systemd's credentials are guarded by their
    /// directory and show an access-control mask as group bits.
    mutating func warnIfExposed(_ path: String, _ permissions: ConfigurationSystem.Permissions, holding what: String) {
        let credentials = request.environment["CREDENTIALS_DIRECTORY"].map { "\($0)/" } ?? "/run/credentials/"
        guard !path.hasPrefix(credentials) else { return }
        let isOpenToGroup = permissions.mode & 0o040 != 0 && permissions.group != system.ownGroup
        guard permissions.mode & 0o004 != 0 || isOpenToGroup else { return }
        warnings.append("\(path) holds \(what) and other users may read it, run 'chmod o-rwx,g-rwx \(path)'")
    }
}
