package import NIOCore

/// What a listener grants its connections, so that slow or idle ones cannot take the place of others.
package struct ListenerLimits: Sendable {
    /// How many connections are open at once; see `ConnectionPlaces` for who gives way then.
    package var maxConnections = 1024
    /// How many of them one source may have, an IPv4 address or an IPv6 /64.
    package var maxConnectionsPerSource = 256
    /// From the connection to the end of the first request's headers, TLS handshake included.
    package var headerTimeout = TimeAmount.seconds(10)
    /// From the end of a request's headers to the end of its body.
    package var bodyTimeout = TimeAmount.seconds(15)
    /// Between requests, the next one's headers included; also how long an answer may stay unread.
    package var idleTimeout = TimeAmount.seconds(60)

    package init() {}
}
