extension Load {
    /// The credential with the API keys, in the form of `api.keys_file`.
    static let keysCredential = "causeway.keys"
    /// The credential with the text of `webhook.secret`.
    static let webhookCredential = "causeway.webhook-secret"

    /// Takes as defaults what the service manager passes on as credentials (systemd.exec(5), `LoadCredential=`). A unit may
    /// name them where none exist, so a missing one is no problem.
    mutating func applyCredentials() {
        guard let directory = request.environment["CREDENTIALS_DIRECTORY"], directory.hasPrefix("/") else { return }
        let origin = Origin(source: .environment("CREDENTIALS_DIRECTORY"))
        let keys = "\(directory)/\(Self.keysCredential)"
        switch system.readFile(keys) {
        case .success:
            configuration.api.keysFile = keys
            origins["api.keys_file"] = origin
        case .failure(.missing): break
        case .failure(.unreadable):
            // systemd shows them to the main process alone, not to the check of its ExecReload=.
            hidesCredentials = true
            warnings.append("the credentials of the unit cannot be seen from here: what they hold is not checked")
            return
        }
        let name = "the credential \(Self.webhookCredential)"
        let path = "\(directory)/\(Self.webhookCredential)"
        guard let secret = readText(path, mustExist: false, named: name, origin: origin)?.text else { return }
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
