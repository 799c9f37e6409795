extension Configuration {
    /// The keys whose values differ, in the order of the table, each with whether a reload applies it.
    package static func changes(
        from old: Configuration,
        to new: Configuration
    ) -> [(key: String, reloadable: Bool)] {
        ConfigurationKey.table.filter { !$0.isEqual(old, new) }.map { ($0.name, $0.isReloadable) }
    }
}
