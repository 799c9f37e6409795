import Foundation
import LinuxIO
import RelayConfig
import RelayHTTP
import RelayNet

// What webhooks need to know of this machine.
extension Daemon {
    /// Who vouches for receivers.
    static func webhookTrust(_ configuration: Configuration) throws -> WebhookTrust {
        do {
            return try WebhookTrust(
                caFile: configuration.webhook.caFile,
                environment: ProcessInfo.processInfo.environment
            )
        } catch {
            throw CommandFailure("webhook.ca_file: \(error)")
        }
    }
}

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
