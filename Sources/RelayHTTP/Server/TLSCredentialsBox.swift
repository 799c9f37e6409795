internal import Synchronization

/// The TLS credentials in force; new connections take those of the moment, so that a renewed certificate needs no restart.
final class TLSCredentialsBox: Sendable {
    private let credentials: Mutex<TLSCredentials>

    init(_ credentials: TLSCredentials) { self.credentials = Mutex(credentials) }

    var current: TLSCredentials {
        get { credentials.withLock { $0 } }
        set { credentials.withLock { $0 = newValue } }
    }
}
