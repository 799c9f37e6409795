package import RelayCore

/// Descriptors that an earlier process left with whoever keeps them, and what became of them.
package struct Inheritance: Sendable {
    /// A descriptor and the name it was kept under.
    package struct Item: Sendable {
        package var name: String
        package var number: Int32

        package init(name: String, number: Int32) {
            self.name = name
            self.number = number
        }
    }

    package var items: [Item]

    /// What the names of tables begin with.
    package static let tablesPrefix = "tables-"

    /// The name of tables that were left in a file.
    package static let tablesName = "tables-file"

    package init(_ items: [Item] = []) { self.items = items }
}

/// Who holds descriptors for the next process, so that no port is ever closed: systemd's descriptor store.
package struct DescriptorKeeper: Sendable {
    /// Keeps a descriptor under a name; another one under the same name stays kept too.
    package var keep: @Sendable (_ number: Int32, _ name: String) -> Void
    /// Lets go of every descriptor under a name.
    package var forget: @Sendable (_ name: String) -> Void
    /// Returns when everything said before has been heard, or after a while.
    package var settle: @Sendable () -> Void

    /// Whether what was forgotten may stay open a moment longer.
    var isPatient = true

    package init(
        keep: @escaping @Sendable (Int32, String) -> Void,
        forget: @escaping @Sendable (String) -> Void,
        settle: @escaping @Sendable () -> Void
    ) {
        self.keep = keep
        self.forget = forget
        self.settle = settle
    }

    /// Nobody.
    package static var none: DescriptorKeeper {
        var nobody = DescriptorKeeper(keep: { _, _ in }, forget: { _ in }, settle: {})
        nobody.isPatient = false
        return nobody
    }
}

/// What a plane took over from the process before it, for the log.
package struct Succession: Sendable, Equatable {
    /// Sockets that went on listening, and those that could not be used, in words.
    package var adoptedSockets = 0
    package var refusedSockets: [String] = []
    /// How many processes before this one worked on these tables; 0 where it begins with empty ones.
    package var predecessors: UInt64 = 0
    package var sessions = 0
    package var users = 0
    package var addresses = 0
    package var tornEntries = 0
    package var overflow = 0
    /// How far the database had come when the process before last noted it, also where its tables could not be used.
    package var commitMark: CommitMark?
    /// Why a predecessor's tables were left alone; `nil` where there were none, or they were used.
    package var refusedTables: String?
    /// What the operator should change, in words.
    package var advice: [String] = []

    package init() {}
}
