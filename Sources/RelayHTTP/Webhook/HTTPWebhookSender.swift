internal import AsyncHTTPClient
internal import Crypto
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
package import RelayControl
internal import RelayNet

/// Delivers webhooks over HTTP: one POST, to an address that was looked at first, without redirects and without proxies.
package struct HTTPWebhookSender: WebhookSender {
    private let secret: String?
    private let policy: WebhookTargetPolicy
    private let now: @Sendable () -> Double
    private let resolve: HostResolver.Lookup
    private let trustRoots: NIOSSLTrustRoots
    /// How long everything may take, the look-up of the name included.
    private let patience: Duration

    /// - Parameters:
    ///   - secret: signs each delivery; `nil` for unsigned ones.
    ///   - policy: where webhooks may go.
    ///   - now: seconds since 1970.
    package init(secret: String?, policy: WebhookTargetPolicy, now: @escaping @Sendable () -> Double) {
        self.init(secret: secret, policy: policy, now: now, resolve: HostResolver.system)
    }

    init(
        secret: String?,
        policy: WebhookTargetPolicy,
        now: @escaping @Sendable () -> Double,
        resolve: @escaping HostResolver.Lookup,
        trustRoots: NIOSSLTrustRoots = .default,
        patience: Duration = .seconds(5)
    ) {
        self.secret = secret?.isEmpty == false ? secret : nil
        self.policy = policy
        self.now = now
        self.resolve = resolve
        self.trustRoots = trustRoots
        self.patience = patience
    }

    package func send(_ webhook: PendingWebhook) async -> WebhookResult {
        guard let url = WebhookURL(webhook.url), let host = URL(string: webhook.url)?.host, !host.isEmpty else {
            return .refused(reason: "the URL is not one of http or https")
        }
        let target = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return await withTaskGroup(of: WebhookResult?.self) { group in
            group.addTask { await deliver(webhook, to: url, host: target) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return Task.isCancelled ? nil : .failed(reason: "no answer within \(patience)")
            }
            defer { group.cancelAll() }
            for await result in group {
                if let result { return result }
            }
            return .failed(reason: "stopped")
        }
    }

    private func deliver(_ webhook: PendingWebhook, to url: WebhookURL, host: String) async -> WebhookResult {
        let address: String
        switch policy.judge(await resolve(host)) {
        case .allowed(let first): address = first.description
        case .forbidden(let forbidden, let reach):
            return .refused(
                reason: "the host has the address \(forbidden), which is \(reach.rawValue); "
                    + "'webhook.allow_networks' can allow it"
            )
        case .unresolved(let reason): return .failed(reason: reason)
        }
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: configuration(host: host, address: address)
        )
        let result = await post(webhook, to: url, with: client)
        do {
            try await client.shutdown()
        } catch {
            // Nothing is left to be done about connections that would not close.
        }
        return result
    }

    private func configuration(host: String, address: String) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(patience * 0.4), read: TimeAmount(patience)),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.trustRoots = trustRoots
        // The queue has its own rules on when to try again.
        configuration.connectionPool.retryConnectionEstablishment = false
        // The connection goes to the address that was judged, never to the outcome of a second look-up; the name stays
        // in the Host header and in the TLS handshake.
        configuration.dnsOverride = [host: address]
        let policy = policy
        configuration.http1_1ConnectionDebugInitializer = { channel in
            // The last word: whatever way a URL was understood, this is who is at the other end.
            if let remote = channel.remoteAddress?.address, policy.allows(remote) {
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ForbiddenPeer())
        }
        return configuration
    }

    private func post(_ webhook: PendingWebhook, to url: WebhookURL, with client: HTTPClient) async -> WebhookResult {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers = headers(for: webhook)
        request.body = .bytes(ByteBuffer(bytes: webhook.body))
        do {
            // The status tells everything; the answer's body is never read.
            let status = try await client.execute(request, timeout: .seconds(5)).status
            return (200..<300).contains(status.code) ? .delivered : .failed(reason: "the answer was \(status.code)")
        } catch is ForbiddenPeer {
            return .refused(reason: "the connection led to an address that webhooks may not go to")
        } catch let error as HTTPClientError {
            return .failed(reason: error.shortDescription)
        } catch {
            return .failed(reason: "no connection: \(error)")
        }
    }

    private func headers(for webhook: PendingWebhook) -> HTTPHeaders {
        let timestamp = String(Int64(now()))
        var headers: HTTPHeaders = [
            "Content-Type": "application/json",
            "User-Agent": "Causeway",
            "X-Causeway-Delivery": "\(webhook.id)",
            "X-Causeway-Timestamp": timestamp,
        ]
        if let secret {
            let signed = Array("\(timestamp).".utf8) + webhook.body
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Array(secret.utf8)))
            headers.add(name: "X-Causeway-Signature", value: "v1=" + code.lazy.map(Self.hex).joined())
        }
        return headers
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private struct ForbiddenPeer: Error {}
}
