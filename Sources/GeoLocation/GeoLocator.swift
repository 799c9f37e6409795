package import RelayNet
internal import Synchronization

/// Tells where addresses are, from a database that can be exchanged while requests are served.
package final class GeoLocator: Sendable {
    private let database: Mutex<GeoDatabase?>

    /// - Parameter database: `nil` where none is configured: then every location is unknown.
    package init(_ database: GeoDatabase? = nil) { self.database = Mutex(database) }

    /// Whether there is a database at all.
    package var isConfigured: Bool { database.withLock { $0 != nil } }

    /// Takes another database, or none; lookups that are under way finish in the old one.
    package func replace(with database: GeoDatabase?) { self.database.withLock { $0 = database } }

    /// What is known of an address.
    package func record(for address: IPAddress) -> GeoRecord? {
        let database = database.withLock { $0 }
        return database?.record(for: address)
    }
}
