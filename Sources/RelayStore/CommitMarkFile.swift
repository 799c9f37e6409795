internal import Glibc
internal import RelayControl
internal import RelayCore

/// The file `commit-mark` beside the database: how far the database had come. Two slots of a disk's sector each are
/// written in turn, in place, so that neither a full disk nor a torn write takes away what stands in the other one.
///
/// It is written after every commit and made durable within a second, not before the answer: it may lag behind the
/// database, and costs a commit no wait for the disk.
final class CommitMarkFile {
    static let name = "commit-mark"

    /// What a state directory holds of it.
    enum Content: Equatable {
        case missing
        /// There is a file, but neither slot is whole.
        case unreadable
        case mark(CommitMark)
    }

    private let file: SyncedFile
    private var slot: Int

    private static let slotSize = 512
    /// "CWYMARK1" in ASCII.
    private static let magic: UInt64 = 0x314B_5241_4D59_5743

    /// Begins a file with one mark, durably, in the place of an older one.
    init(creating mark: CommitMark, in directory: String) throws(SessionStoreError) {
        let path = "\(directory)/\(Self.name)"
        let draft = path + ".new"
        let number = open(draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw Self.failure(directory) }
        file = SyncedFile(number)
        slot = 1
        let slots = Self.bytes(mark) + [UInt8](repeating: 0, count: Self.slotSize)
        guard file.write(slots, at: 0), file.sync(), rename(draft, path) == 0, SyncedFile.syncDirectory(directory)
        else {
            let error = Self.failure(directory)
            unlink(draft)
            throw error
        }
    }

    /// Goes on with the file that is there.
    init(opening directory: String) throws(SessionStoreError) {
        let number = open("\(directory)/\(Self.name)", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else { throw Self.failure(directory) }
        file = SyncedFile(number)
        slot = Self.newest(of: file.read(2 * Self.slotSize))?.slot == 0 ? 1 : 0
    }

    static func read(in directory: String) -> Content {
        let number = open("\(directory)/\(Self.name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else { return errno == ENOENT ? .missing : .unreadable }
        let bytes = SyncedFile(number).read(2 * slotSize)
        return newest(of: bytes).map { .mark($0.mark) } ?? .unreadable
    }

    /// Notes a commit that is durable. Where the disk refuses, the mark lags behind, which is no harm to anybody but
    /// whoever relies on it.
    func note(_ mark: CommitMark) {
        guard file.write(Self.bytes(mark), at: slot * Self.slotSize) else { return }
        slot = 1 - slot
        file.syncSoon()
    }

    /// Makes the last mark durable now.
    func sync() { _ = file.sync() }

    private static func bytes(_ mark: CommitMark) -> [UInt8] {
        let words = [magic, mark.database, UInt64(clamping: mark.sequence), checksum(mark)]
        let bytes = words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
        return bytes + [UInt8](repeating: 0, count: slotSize - bytes.count)
    }

    private static func newest(of bytes: [UInt8]) -> (mark: CommitMark, slot: Int)? {
        let slots = (0..<2).compactMap { slot in mark(in: bytes, at: slot * slotSize).map { (mark: $0, slot: slot) } }
        return slots.max { $0.mark.sequence < $1.mark.sequence }
    }

    private static func mark(in bytes: [UInt8], at start: Int) -> CommitMark? {
        guard bytes.count >= start + 32 else { return nil }
        let words = (0..<4).map { index in
            bytes.withUnsafeBytes {
                UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self))
            }
        }
        let mark = CommitMark(database: words[1], sequence: Int64(clamping: words[2]))
        return words[0] == magic && words[1] != 0 && words[3] == checksum(mark) ? mark : nil
    }

    private static func checksum(_ mark: CommitMark) -> UInt64 {
        var sum = RowChecksum(table: name)
        sum.add(Int64(bitPattern: mark.database))
        sum.add(mark.sequence)
        return UInt64(bitPattern: sum.value)
    }

    private static func failure(_ directory: String) -> SessionStoreError {
        StateDirectory.failure("holds no \(name) that can be written", directory)
    }
}
