internal import Glibc
internal import RelayControl

/// Looks for damage in SQLite's log before SQLite reads it.
///
/// SQLite takes the first frame whose checksum does not fit for the end of the log, since that is what a power loss
/// leaves. Damage in the middle looks the same to it, and everything after, though acknowledged, is gone without a
/// word: revoked tokens would work again. The two differ in what follows. A transaction is written only after the one
/// before it is synced, so behind a torn one there is at most its own commit frame; more commits in one unbroken chain
/// of checksums mean that synced data changed. Damage in the last transaction cannot be told from a torn one. The
/// format is that of https://sqlite.org/fileformat2.html#walformat.
struct WriteAheadLog {
    private let bytes: [UInt8]
    private let pageSize: Int
    private let isBigEndian: Bool

    private static let headerSize = 32
    private static let frameHeaderSize = 24

    private typealias Sum = (UInt32, UInt32)

    /// - Throws: `.damaged` when transactions were lost from the log at this path; a missing log is fine.
    static func check(path: String) throws(SessionStoreError) {
        guard let file = fopen(path, "rb") else { return }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        if let finding = finding(in: bytes) { throw SessionStoreErrors.damaged(finding) }
    }

    /// What is wrong with a log; `nil` for nothing.
    static func finding(in bytes: [UInt8]) -> String? {
        // A log that was never written, or whose first block never reached the disk, holds nothing that was synced.
        guard bytes.count > headerSize, bytes.prefix(headerSize).contains(where: { $0 != 0 }) else { return nil }
        guard let log = WriteAheadLog(bytes) else { return "the header of its log, \(SessionStoreErrors.fileName)-wal" }
        return log.lostCommits.map {
            "\($0) transactions in its log, \(SessionStoreErrors.fileName)-wal, cannot be read"
        }
    }

    /// `nil` where the header is damaged.
    private init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        let magic = Self.word(bytes, 0)
        guard magic & ~1 == 0x377F_0682 else { return nil }
        isBigEndian = magic & 1 == 1
        pageSize = Int(Self.word(bytes, 8))
        guard pageSize >= 512, pageSize <= 65536, pageSize.nonzeroBitCount == 1,
            sum(0..<24, after: (0, 0)) == storedSum(at: 24)
        else { return nil }
    }

    /// How many commits a chain behind an unreadable frame holds, where a power loss cannot explain it.
    private var lostCommits: Int? {
        let frameSize = Self.frameHeaderSize + pageSize
        let frames = (bytes.count - Self.headerSize) / frameSize
        // A damaged frame is followed by one that fits either the sum it carries or the sum of what it carries.
        var before = [storedSum(at: 24)]
        var isReadable = true
        var commits = 0
        var explained = 1
        for frame in 0..<frames {
            let start = Self.headerSize + frame * frameSize
            let sums = before.map { sum($0, throughFrameAt: start) }
            let stored = storedSum(at: start + 16)
            let hasSalt = bytes[start + 8..<start + 16].elementsEqual(bytes[16..<24])
            let isCommit = Self.word(bytes, start + 4) != 0
            if hasSalt, sums.contains(where: { $0 == stored }) {
                if !isReadable, isCommit { commits += 1 }
                if commits > explained { return commits }
                before = [stored]
            } else {
                isReadable = false
                commits = 0
                // Behind a commit frame, a torn transaction has nothing more.
                explained = isCommit ? 0 : 1
                before = [stored] + sums.prefix(1)
            }
        }
        return nil
    }

    private func sum(_ before: Sum, throughFrameAt start: Int) -> Sum {
        let header = sum(start..<start + 8, after: before)
        return sum(start + Self.frameHeaderSize..<start + Self.frameHeaderSize + pageSize, after: header)
    }

    private func storedSum(at offset: Int) -> Sum { (Self.word(bytes, offset), Self.word(bytes, offset + 4)) }

    /// SQLite's log checksum: two running sums over pairs of words, in the byte order that the header names.
    private func sum(_ range: Range<Int>, after before: Sum) -> Sum {
        var (first, second) = before
        bytes.withUnsafeBytes { bytes in
            for offset in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                first &+= word(bytes, offset) &+ second
                second &+= word(bytes, offset + 4) &+ first
            }
        }
        return (first, second)
    }

    private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
    }

    /// A word of the format itself, which is big-endian whatever the checksums are.
    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
