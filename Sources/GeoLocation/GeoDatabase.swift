internal import CMaxMindDB
internal import Glibc
package import RelayNet
internal import RelaySystem

/// A MaxMind DB file with locations, such as GeoLite2-City.mmdb or one of its free relatives.
///
/// The file is mapped, not read, so an update has to replace it by renaming a new one over it; writing into it while it
/// is open would change or end the mapping under the reader.
package final class GeoDatabase: Sendable {
    /// libmaxminddb(3): after MMDB_open the handle is only read, and lookups may run on any number of threads at once.
    private nonisolated(unsafe) let handle: UnsafeMutablePointer<MMDB_s>

    /// Opens a database.
    /// - Throws: `GeoDatabaseError` when the file cannot be read or is no such database.
    package init(path: String) throws(GeoDatabaseError) {
        let handle = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        handle.initialize(to: MMDB_s())
        let status = MMDB_open(path, UInt32(MMDB_MODE_MMAP), handle)
        guard status == MMDB_SUCCESS else {
            let code = errno
            handle.deallocate()
            throw GeoDatabaseError(Self.explain(status, code, path))
        }
        self.handle = handle
    }

    private static func explain(_ status: Int32, _ code: Int32, _ path: String) -> String {
        switch status {
        case MMDB_FILE_OPEN_ERROR, MMDB_IO_ERROR: SystemWords.unreadable(path, code)
        case MMDB_OUT_OF_MEMORY_ERROR: "'\(path)' cannot be read: \(SystemWords.reason(ENOMEM))"
        default:
            "'\(path)' is no MaxMind DB file, or a damaged one: download it again, unpacked, a .mmdb file with cities such as "
                + "GeoLite2-City.mmdb"
        }
    }

    deinit {
        MMDB_close(handle)
        handle.deallocate()
    }

    /// What the database says of an address; `nil` where it says nothing, or cannot be read there.
    package func record(for address: IPAddress) -> GeoRecord? {
        guard var entry = entry(for: address) else { return nil }
        let record = GeoRecord(
            continentCode: Self.string(&entry, "continent", "code"),
            continentName: Self.string(&entry, "continent", "names", "en"),
            countryCode: Self.string(&entry, "country", "iso_code"),
            countryName: Self.string(&entry, "country", "names", "en"),
            latitude: Self.degrees(&entry, "latitude", limit: 90),
            longitude: Self.degrees(&entry, "longitude", limit: 180)
        )
        return record == GeoRecord() ? nil : record
    }

    private func entry(for address: IPAddress) -> MMDB_entry_s? {
        let bytes = address.bytes
        var status = MMDB_SUCCESS
        var result: MMDB_lookup_result_s
        if address.isIPv4 {
            var socketAddress = sockaddr_in()
            socketAddress.sin_family = sa_family_t(AF_INET)
            withUnsafeMutableBytes(of: &socketAddress.sin_addr) { $0.copyBytes(from: bytes) }
            result = withUnsafePointer(to: &socketAddress) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { MMDB_lookup_sockaddr(handle, $0, &status) }
            }
        } else {
            var socketAddress = sockaddr_in6()
            socketAddress.sin6_family = sa_family_t(AF_INET6)
            withUnsafeMutableBytes(of: &socketAddress.sin6_addr) { $0.copyBytes(from: bytes) }
            result = withUnsafePointer(to: &socketAddress) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { MMDB_lookup_sockaddr(handle, $0, &status) }
            }
        }
        // An IPv6 address in a database of IPv4 only is an error to the library, and simply unknown to us.
        return status == MMDB_SUCCESS && result.found_entry ? result.entry : nil
    }

    private static func string(_ entry: inout MMDB_entry_s, _ path: StaticString...) -> String? {
        guard let data = value(&entry, path), data.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING), data.data_size > 0,
            let start = data.utf8_string
        else { return nil }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(data.data_size))
        return String(validating: bytes, as: UTF8.self)
    }

    private static func degrees(_ entry: inout MMDB_entry_s, _ field: StaticString, limit: Double) -> Double? {
        guard let data = value(&entry, ["location", field]), data.type == UInt32(MMDB_DATA_TYPE_DOUBLE),
            abs(data.double_value) <= limit
        else { return nil }
        return data.double_value
    }

    private static func value(_ entry: inout MMDB_entry_s, _ path: [StaticString]) -> MMDB_entry_data_s? {
        // A static string ends with a NUL and never moves.
        var keys: [UnsafePointer<CChar>?] = path.map {
            UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        keys.append(nil)
        var data = MMDB_entry_data_s()
        guard MMDB_aget_value(&entry, &data, &keys) == MMDB_SUCCESS, data.has_data else { return nil }
        return data
    }
}

/// Why a geolocation database cannot be used, and what to do.
package struct GeoDatabaseError: Error, Equatable, CustomStringConvertible {
    package let message: String

    init(_ message: String) { self.message = message }

    package var description: String { message }
}
