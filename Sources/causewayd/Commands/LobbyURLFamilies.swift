import Dispatch
import Foundation
import Glibc
import RelayConfig
import RelayNet
import Synchronization

/// Warns where players may call a lobby service over one address family and play over the other: they are strangers to
/// their own lobbies then.
enum LobbyURLFamilies {
    /// A check must not hang on a name server that does not answer.
    private static let patience = DispatchTimeInterval.seconds(3)

    /// What `check-config` says of `api.public_url`; looks up its name.
    static func warning(_ configuration: Configuration) -> String? {
        guard let url = configuration.api.publicURL, let host = URLComponents(string: url)?.host, !host.hasPrefix("["),
            IPAddress(host) == nil
        else { return nil }
        return warning(host: host, addresses: addresses(of: host))
    }

    static func warning(host: String, addresses: [IPAddress]) -> String? {
        guard let four = addresses.first(where: \.isIPv4), let six = addresses.first(where: { !$0.isIPv4 }) else {
            return nil
        }
        return """
            api.public_url: \(host) has addresses of both families (\(four) and \(six)): a player may call over one and play over \
            the other, and is a stranger to its own lobby then; give players a name with one of them
            """
    }

    /// Empty where the name is not known, or nobody says within the time.
    private static func addresses(of host: String) -> [IPAddress] {
        let found = Found()
        let isDone = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            found.set(lookUp(host))
            isDone.signal()
        }
        return isDone.wait(timeout: .now() + patience) == .success ? found.get() : []
    }

    private final class Found: Sendable {
        private let addresses = Mutex<[IPAddress]>([])

        func set(_ new: [IPAddress]) { addresses.withLock { $0 = new } }
        func get() -> [IPAddress] { addresses.withLock { $0 } }
    }

    private static func lookUp(_ host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(
                entry.pointee.ai_addr,
                entry.pointee.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            ) == 0 {
                let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                if let address = IPAddress(name) { found.append(address) }
            }
            next = entry.pointee.ai_next
        }
        return found
    }
}
