internal import AsyncHTTPClient
internal import Crypto
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
package import RelayControl
package import RelayNet
internal import Synchronization

/// Delivers webhooks over HTTP: one POST, to an address that was looked at first, without redirects and without proxies.
package struct HTTPWebhookSender: WebhookSender {
    private let secret: String?
    private let policy: WebhookTargetPolicy
    private let now: @Sendable () -> Double
    private let resolve: @Sendable (_ host: String) async -> HostResolver.Outcome
    private let trust: CurrentTrust
    /// How long connecting, sending and the answer may take together.
    private let patience: Duration

    /// - Parameters:
    ///   - secret: signs each delivery; `nil` for unsigned ones.
    ///   - policy: where webhooks may go.
    ///   - trust: who vouches for receivers.
    ///   - now: seconds since 1970.
    package init(
        secret: String?,
        policy: WebhookTargetPolicy,
        trust: WebhookTrust,
        now: @escaping @Sendable () -> Double
    ) {
        self.init(secret: secret, policy: policy, trust: trust, now: now, resolve: HostLookups().resolve)
    }

    init(
        secret: String?,
        policy: WebhookTargetPolicy,
        trust: WebhookTrust,
        now: @escaping @Sendable () -> Double,
        resolve: @escaping @Sendable (_ host: String) async -> HostResolver.Outcome,
        patience: Duration = .seconds(5)
    ) {
        self.secret = secret?.isEmpty == false ? secret : nil
        self.policy = policy
        self.trust = CurrentTrust(trust)
        self.now = now
        self.resolve = resolve
        self.patience = patience
    }

    /// Others vouch for receivers from now on.
    package func apply(_ trust: WebhookTrust) { self.trust.value = trust }

    package func locate(_ webhook: PendingWebhook) async -> WebhookPlace {
        guard let host = WebhookHost(webhook.url) else { return .nowhere(.refused(reason: WebhookHost.refusal)) }
        switch policy.judge(await resolve(host.name)) {
        case .allowed(let address): return .address(address)
        case .forbidden(let address, let objection):
            return .nowhere(.refused(reason: WebhookTargetPolicy.words(host.name, address, objection)))
        case .unresolved(let reason): return .nowhere(.failed(reason: reason))
        }
    }

    package func send(_ webhook: PendingWebhook, to address: IPAddress) async -> WebhookResult {
        guard let host = WebhookHost(webhook.url) else { return .refused(reason: WebhookHost.refusal) }
        return await withTaskGroup(of: WebhookResult?.self) { group in
            group.addTask { await deliver(webhook, to: host, at: address) }
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

    private func deliver(_ webhook: PendingWebhook, to host: WebhookHost, at address: IPAddress) async -> WebhookResult
    {
        let trust = trust.value
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: configuration(host: host.name, address: address, trust)
        )
        let result: WebhookResult
        do throws(DeliveryFailure) {
            result = try await post(webhook, with: client)
        } catch {
            result = await explain(error, host, address, trust)
        }
        do {
            try await client.shutdown()
        } catch {
            // Nothing is left to be done about connections that would not close.
        }
        return result
    }

    private func configuration(host: String, address: IPAddress, _ trust: WebhookTrust) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(patience * 0.4), read: TimeAmount(patience)),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = trust.roots
        tls.additionalTrustRoots = trust.additional.isEmpty ? [] : [.certificates(trust.additional)]
        configuration.tlsConfiguration = tls
        // The queue has its own rules on when to try again.
        configuration.connectionPool.retryConnectionEstablishment = false
        // The connection goes to the address that was judged, never to the outcome of a second look-up; the name stays
        // in the Host header and in the TLS handshake.
        configuration.dnsOverride = [host: address.description]
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

    private func post(_ webhook: PendingWebhook, with client: HTTPClient) async throws(DeliveryFailure) -> WebhookResult
    {
        var request = HTTPClientRequest(url: webhook.url)
        request.method = .POST
        request.headers = headers(for: webhook)
        request.body = .bytes(ByteBuffer(bytes: webhook.body))
        do {
            // The status tells everything; the answer's body is never read.
            let status = try await client.execute(request, timeout: TimeAmount(patience)).status
            return (200..<300).contains(status.code) ? .delivered : .failed(reason: "the answer was \(status.code)")
        } catch is ForbiddenPeer {
            return .refused(reason: "the connection led to an address that webhooks may not go to")
        } catch {
            throw DeliveryFailure(error)
        }
    }

    private func explain(
        _ failure: DeliveryFailure,
        _ host: WebhookHost,
        _ address: IPAddress,
        _ trust: WebhookTrust
    ) async -> WebhookResult {
        switch failure {
        case .words(let words): return .failed(reason: words)
        case .wrongName: return .failed(reason: "the receiver's certificate is not for \(host.name)")
        case .untrusted:
            let certificate = await CertificateProbe.certificate(of: address, port: host.port, name: host.name)
            return .failed(reason: TLSFailure.words(certificate, hasSystemRoots: trust.hasSystemRoots, now: now()))
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

/// The trust of the last reload.
private final class CurrentTrust: Sendable {
    private let trust: Mutex<WebhookTrust>

    init(_ trust: WebhookTrust) { self.trust = Mutex(trust) }

    var value: WebhookTrust {
        get { trust.withLock { $0 } }
        set { trust.withLock { $0 = newValue } }
    }
}
