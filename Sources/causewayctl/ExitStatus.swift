internal import ArgumentParser

/// What scripts may rely on, beside 0 (done), 1 (the daemon cannot be reached or refused) and 64 (wrong usage).
enum ExitStatus {
    /// The session has no such user.
    static let noSuchUser = ExitCode(2)
    /// `why` has found what keeps somebody out.
    static let problem = ExitCode(3)
}
