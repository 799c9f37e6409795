extension DropReason {
    /// Drops that come with leaving, rejoining, moving and starting: where they are all there is, nobody is kept out.
    public var isRoutine: Bool {
        switch self {
        case .retiredConnectionID, .retiredEndpoint, .rejoinTooSoon, .heldReplaced, .noAddress, .roamingUnconfirmed:
            true
        default: false
        }
    }

    /// Milliseconds after which a drop explains nothing of what happens now.
    public static let recent: UInt32 = 60_000
}
