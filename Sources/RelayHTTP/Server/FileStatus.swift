internal import FoundationEssentials

/// What stands at a path, links not followed.
struct FileStatus: Equatable {
    let isSocket: Bool
    /// The inode's number: the same as long as it is the same file.
    let number: UInt64

    /// `nil` where there is nothing, or nothing can be learned of it.
    init?(of path: String) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        isSocket = attributes[.type] as? FileAttributeType == .typeSocket
        // The value's type depends on which part of Foundation is there; its text does not.
        guard let number = attributes[.systemFileNumber].flatMap({ UInt64("\($0)") }) else { return nil }
        self.number = number
    }
}
