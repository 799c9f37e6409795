import Glibc

/// The number of files and sockets that the process may have open.
enum DescriptorLimit {
    /// Descriptors that are no player's socket: standard streams, the API's connections, the queue.
    static let reserve = 64

    /// Raises the limit as far as `needed` asks and the system allows, the hard one too; returns how many sockets fit.
    static func raise(toFit needed: Int) -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return needed }
        let wanted = rlim_t(needed + reserve)
        if limit.rlim_cur < wanted {
            // Past the hard limit only with CAP_SYS_RESOURCE, and never past fs.nr_open.
            var raised = rlimit(rlim_cur: wanted, rlim_max: max(wanted, limit.rlim_max))
            if setrlimit(resource, &raised) != 0 {
                raised = rlimit(rlim_cur: min(wanted, limit.rlim_max), rlim_max: limit.rlim_max)
                _ = setrlimit(resource, &raised)
            }
            guard getrlimit(resource, &limit) == 0 else { return needed }
        }
        return max(0, Int(clamping: limit.rlim_cur) - reserve)
    }

    /// The error for a run whose sockets do not fit.
    static func error(needed: Int, fitting: Int) -> BenchError {
        BenchError(
            """
            The run needs \(needed + reserve) open sockets, one for every player, and this process may open \
            \(fitting + reserve). Raise the limit (ulimit -n \(needed + reserve), or LimitNOFILE= in a unit) or use \
            fewer --sessions or --clients.
            """
        )
    }
}
