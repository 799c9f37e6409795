internal import ArgumentParser
internal import BenchKit

/// Which API to ask, and with which key; or which forwarder to use without asking any.
struct RelayOptions: ParsableArguments {
    @OptionGroup var api: APIOptions

    @Option(help: "What the players speak: the relay protocol, TURN without credentials, or bare payloads.")
    var wire = RunPlan().wire

    @Option(
        help: ArgumentHelp(
            "A forwarder without an API, instead of --target: HOST:SERVER_PORT,CLIENT_PORT for relay (tokens are made "
                + "up), HOST:PORT for turn, HOST:FIRST_CLIENT_PORT,FIRST_HOST_PORT for plain, where session i's clients "
                + "send to the first plus i and its host waits on the second plus i.",
            valueName: "host:port,port"
        )
    )
    var forwarder: String?

    /// Where the sessions of a run come from.
    func provider(for plan: RunPlan) throws(BenchError) -> Provider {
        guard let forwarder = try Forwarder.named(forwarder, plan: plan) else {
            return .api(HTTPSessionProvider(target: api.resolvedTarget, key: try api.resolvedKey()))
        }
        guard !api.isGiven else {
            throw BenchError("--forwarder is asked for nothing; leave --target, --key and --key-file out.")
        }
        return .made(StaticSessionProvider(forwarder: forwarder, wire: plan.wire))
    }

    /// A source of sessions, and what there is to close in the end.
    enum Provider {
        case api(HTTPSessionProvider)
        case made(StaticSessionProvider)

        var sessions: any SessionProvider {
            switch self {
            case .api(let provider): provider
            case .made(let provider): provider
            }
        }

        func shutdown() async {
            if case .api(let provider) = self { await provider.shutdown() }
        }
    }
}
