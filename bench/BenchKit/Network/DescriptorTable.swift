import Glibc

/// The table of open files that a thread works with: the process's, or one of its own.
enum DescriptorTable {
    /// Gives the calling thread a table of its own with nothing but the standard streams in it.
    ///
    /// The limit on open files holds for each table, so threads with tables of their own have room for as many players
    /// each. Whatever the thread opens from now on, other threads cannot use. False where the kernel (before 5.9) cannot.
    static func makeOwn() -> Bool {
        // close_range(2). Glibc's module hides it, so it is found by name.
        guard let symbol = dlsym(nil, "close_range") else { return false }
        typealias CloseRange = @convention(c) (UInt32, UInt32, Int32) -> Int32
        let closeRange = unsafeBitCast(symbol, to: CloseRange.self)
        let closeRangeUnshare: Int32 = 2
        return closeRange(3, .max, closeRangeUnshare) == 0
    }
}
