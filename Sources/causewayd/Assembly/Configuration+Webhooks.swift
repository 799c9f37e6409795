import LinuxIO
import RelayConfig
import RelayHTTP
import RelayNet

extension Configuration {
    /// Where webhooks may go: not to this relay, under its public address neither, which may stand on no interface.
    var webhookPolicy: WebhookTargetPolicy {
        WebhookTargetPolicy(
            allowedNetworks: webhook.allowNetworks,
            allowsLoopback: isDev,
            ownAddresses: { [address = relay.address] in
                LocalInterfaces.addresses().compactMap { IPAddress(bytes: $0) } + (address.map { [$0] } ?? [])
            }
        )
    }
}
