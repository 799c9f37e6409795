internal import LinuxIO
internal import RelayCore

/// The tables that earlier processes have left: the newest complete ones are those to go by. Two can be left where a process
/// died while it took over from another one.
struct TableEstate {
    private(set) var tables: [TableFile] = []
    /// Why tables were left alone; `nil` where none were.
    private(set) var refusal: String?
    /// How far the database had come, as the one says that saw it come farthest, refused tables included.
    private(set) var commitMark: CommitMark?
    private var names: [String] = []
    private var kept: (name: String, number: Int32)?
    private static let prefix = Inheritance.tablesPrefix

    init(_ inheritance: Inheritance, _ keeper: DescriptorKeeper) {
        var found: [(TableFile, String)] = []
        for item in inheritance.items where item.name.hasPrefix(Self.prefix) {
            var mark: CommitMark?
            do throws(TableFile.Refusal) {
                let file = try TableFile(adopting: Descriptor(item.number))
                mark = file.commitMark
                found.append((file, item.name))
            } catch {
                refusal = error.words
                mark = error.commitMark
            }
            if let mark, mark.sequence >= commitMark?.sequence ?? 0 { commitMark = mark }
            names.append(item.name)
        }
        guard let newest = found.max(by: { $0.0.header.generation < $1.0.header.generation }) else { return }
        tables = [newest.0]
        refusal = nil
    }

    /// The newest's generation; 0 where there are none.
    var generation: UInt64 { tables.first?.header.generation ?? 0 }

    /// Of the newest's keyed hash.
    var seed: (UInt64, UInt64)? { tables.first?.header.seed }

    /// From now on, other tables are those to go by. What is said to systemd counts before a death of this process does: it
    /// looks at its notification socket first.
    mutating func keep(_ tables: TableFile, _ keeper: DescriptorKeeper) {
        let name = "\(Self.prefix)\(tables.header.generation)"
        // A refused one may stand under the new name: the generation starts again where nothing could be read.
        for old in names where old == name { keeper.forget(old) }
        keeper.keep(tables.number, name)
        kept = (name, tables.number)
    }

    /// Lets go of all earlier tables.
    mutating func forgetOthers(_ keeper: DescriptorKeeper) {
        guard let kept else { return }
        keeper.settle()
        for old in names where old != kept.name { keeper.forget(old) }
        keeper.settle()
        // A full store did not take them as long as the others were there, and says nothing; a second copy it ignores.
        keeper.keep(kept.number, kept.name)
        names = [kept.name]
        tables = []
    }
}

extension Succession {
    mutating func take(_ adoption: Adoption, predecessors: UInt64) {
        self.predecessors = predecessors
        sessions = adoption.sessions
        users = adoption.users
        addresses = adoption.addresses
        tornEntries = adoption.tornUsers + adoption.tornSessions
        overflow = adoption.overflow
    }
}
