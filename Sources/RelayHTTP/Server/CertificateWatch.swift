internal import Glibc
internal import Logging
internal import ServiceLifecycle

/// Warns in the log before the served certificate ends.
struct CertificateWatch: Service {
    let certificate: CertificateExpiry
    let logger: Logger
    /// How often it looks; a renewed certificate is looked at no later than that.
    var interval = Duration.seconds(600)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                look()
                try await Task.sleep(for: interval)
            }
        }
    }

    private func look() {
        guard let (words, hasEnded) = certificate.warning(now: time(nil)) else { return }
        logger.log(level: hasEnded ? .error : .warning, "\(words)")
    }
}
