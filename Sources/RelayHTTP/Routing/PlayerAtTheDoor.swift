internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayControl
internal import RelayNet

/// Looks at a call on a lobby service before it is let in: does the address that it comes from say who the player is?
struct PlayerAtTheDoor: Sendable {
    let request: Request
    let requestID: String
    let peer: SocketAddress?
    let caller: IPAddress
    let page: CallingPage?
    /// Whether its key may do everything with lobbies.
    let isTrusted: Bool

    /// - Returns: why the caller's address gives it no rights, in words for the caller; `nil` where it does.
    /// - Throws: `APIFailure` for calls that are not let in at all.
    func doubt(
        settings: APISettings,
        shared: SharedSources,
        log: SparseLog
    ) throws(APIFailure) -> String? {
        try checkProxy(settings, log)
        if let page, !page.isFrom(settings.lobbyOrigins) {
            let isRead = request.method == .get || request.method == .head
            guard isRead || isTrusted else {
                log.warn(
                    .foreignPage,
                    "a web page of \(page.words) was refused at the lobby service; if it is your game's, name its origin "
                        + "in 'lobbies.origins'",
                    requestID: requestID
                )
                throw CrossOrigin.refusal(of: page)
            }
            return CrossOrigin.doubt(about: page)
        }
        if isTrusted { return nil }
        if let doubt = doubtAboutHost(settings, log) { return doubt }
        guard shared.contains(caller) else { return nil }
        log.warn(
            .sharedSource,
            "lobby calls from \(caller) get no rights by address, since players of several networks come from there",
            requestID: requestID
        )
        return """
            many players come to the relay from this address, since something in front of it hides theirs, so it cannot tell \
            them apart; its operator has to let players' addresses through (see 'api.trusted_proxies')
            """
    }

    /// A page whose author made its host name point to the relay is of the relay's own origin to a browser, but for the
    /// Host header (DNS rebinding).
    private func doubtAboutHost(_ settings: APISettings, _ log: SparseLog) -> String? {
        guard let url = settings.publicURL else { return nil }
        let (host, expected) = (BaseURL.host(of: request.head.authority ?? ""), BaseURL.host(of: url))
        if host == expected { return nil }
        log.warn(
            .foreignHost,
            """
            a lobby call was sent to the host \(host.quotedForMessage), but 'api.public_url' says \(expected), so its address \
            gives it no rights; a proxy in between has to pass the Host header on
            """,
            requestID: requestID
        )
        return
            "this call was not sent to \(expected), the host of 'api.public_url'; use the lobby service's url as it was given"
    }

    /// Behind a proxy that hides them, all players are one: whoever asks could be anybody.
    private func checkProxy(_ settings: APISettings, _ log: SparseLog) throws(APIFailure) {
        guard settings.relayIsPublic else { return }
        let hasForwardedFor = !request.headers[values: .xForwardedFor].isEmpty
        guard hasForwardedFor || HTTPField.Name.proxyMarks.contains(where: { !request.headers[values: $0].isEmpty })
        else { return }
        let address = peer?.address
        if CallerAddress.isTrusted(address, settings.trustedProxies) {
            guard !hasForwardedFor else { return }
            log.warn(
                .unreadProxyHeader,
                """
                a lobby call was refused: the proxy at \(address?.description ?? "the Unix socket") does not send \
                X-Forwarded-For, and the relay reads no other header; have it send that
                """,
                requestID: requestID
            )
            throw Self.refusal("the proxy in front of this relay has to send X-Forwarded-For")
        }
        guard let address, [.loopback, .private, .linkLocal].contains(address.reach) else { return }
        log.warn(
            .untrustedProxy,
            """
            a lobby call was refused: it came through a proxy at \(address), so that all players would look like one; if the proxy \
            is yours, add \(address) to 'api.trusted_proxies'
            """,
            requestID: requestID
        )
        throw Self.refusal(
            "it came through a proxy that the relay does not know, and the relay's operator has to name that proxy in "
                + "'api.trusted_proxies'"
        )
    }

    private static func refusal(_ reason: String) -> APIFailure {
        APIFailure(
            status: .forbidden,
            message: "this call was refused, since all players would look like one to the relay: \(reason)"
        )
    }
}
