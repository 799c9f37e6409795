extension Load {
    /// The credential with the API keys, in the form of `api.keys_file`.
    static let keysCredential = "causeway.keys"
    /// The credential with the text of `webhook.secret`.
    static let webhookCredential = "causeway.webhook-secret"

    /// Takes as defaults what the service manager passes on as credentials (systemd.exec(5), `LoadCredential=`). A unit may
    /// name them where none exist, so a missing one is no problem; nor is one that cannot be read, since systemd hands over
    /// readable ones, and where there are none hides even their directory from the commands of a reload.
    mutating func applyCredentials() {
        guard let directory = request.environment["CREDENTIALS_DIRECTORY"], directory.hasPrefix("/") else { return }
        let origin = Origin(source: .environment("CREDENTIALS_DIRECTORY"))
        let keys = "\(directory)/\(Self.keysCredential)"
        if case .success = system.readFile(keys) {
            configuration.api.keysFile = keys
            origins["api.keys_file"] = origin
        }
        let name = "the credential \(Self.webhookCredential)"
        let path = "\(directory)/\(Self.webhookCredential)"
        guard case .success = system.readFile(path),
            let secret = readText(path, mustExist: true, named: name, origin: origin)?.text
        else { return }
        // Editors end a file with a line break, and nobody means it.
        let text = secret.last?.isNewline == true ? String(secret.dropLast()) : secret
        guard !text.isEmpty else {
            problems.append((origin, "\(name) is empty, write the secret into it or remove it"))
            return
        }
        configuration.webhook.secret = text
        origins["webhook.secret"] = origin
    }
}
