package import RelayAdmin

/// What the control socket asks of the rest of the daemon.
package struct ControlDesk: Sendable {
    package var view: RelayView
    package var reload: @Sendable () async -> ReloadBody
    /// False where there is no such level.
    package var setLogLevel: @Sendable (String) -> Bool

    package init(
        view: RelayView,
        reload: @escaping @Sendable () async -> ReloadBody,
        setLogLevel: @escaping @Sendable (String) -> Bool
    ) {
        self.view = view
        self.reload = reload
        self.setLogLevel = setLogLevel
    }
}
