// The configuration: an input is the file; after a zero byte the file that api.keys_file names, then texts of --set.
import FuzzDriver
import RelayConfig

Fuzzer.run { bytes in
    let parts = bytes.split(separator: 0, maxSplits: 4, omittingEmptySubsequences: false).map { [UInt8]($0) }
    let sets = parts.dropFirst(2).map { String(decoding: $0, as: UTF8.self) }
    let check = ConfigurationCheck(file: parts.first ?? [], keys: parts.dropFirst().first, sets: sets)
    check.run()
}
