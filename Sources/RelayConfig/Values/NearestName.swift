/// Suggestions for misspelt names.
enum NearestName {
    /// The known name that a person most likely meant; `nil` when none is near.
    static func find(_ text: String, among names: [String]) -> String? {
        let wanted = Array(text.lowercased().utf8.prefix(64))
        guard !wanted.isEmpty else { return nil }
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = self.distance(wanted, Array(name.lowercased().utf8))
            if distance < best?.distance ?? .max { best = (name, distance) }
        }
        if let best, best.distance <= max(1, wanted.count / 4) { return best.name }
        // A key without its group, or in another one: the last part alone decides if only one name has it.
        let whole = text.lowercased()
        let parts = [whole.split(separator: ".").last, whole.split(whereSeparator: { $0 == "." || $0 == "_" }).last]
        let suffixes = [whole] + parts.compactMap { $0.map(String.init) }
        for suffix in suffixes {
            let matches = names.filter {
                $0.lowercased().hasSuffix(".\(suffix)") || $0.lowercased().hasSuffix("_\(suffix)")
            }
            if matches.count == 1 { return matches[0] }
        }
        return nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                var cost = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
