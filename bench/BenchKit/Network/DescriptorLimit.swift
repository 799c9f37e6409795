import Glibc

/// The number of files and sockets that the process may have open.
enum DescriptorLimit {
    /// Raises the soft limit as far as `needed` asks; throws where the hard limit is below.
    static func raise(toFit needed: Int) throws(BenchError) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = rlim_t(needed + 64)
        if limit.rlim_cur >= wanted { return }
        let hard = limit.rlim_max
        limit.rlim_cur = min(wanted, hard)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard hard >= wanted else {
            throw BenchError(
                """
                The run needs \(wanted) open sockets, one for every player, and this process may open \(hard). \
                Raise the limit (ulimit -n \(wanted), or LimitNOFILE= in a unit) or use fewer --sessions or --clients.
                """
            )
        }
    }
}
