/// The dashboard: one HTML document with everything that it needs, in the binary.
///
/// A target of its own, since the compiler takes long over the bytes of the files.
package enum DashboardPage {
    /// The style, as it stands between the tags.
    package static let style: [UInt8] = PackageResources.dashboard_css

    /// The script, as it stands between the tags: classes first, then what runs at once.
    package static let script: [UInt8] =
        PackageResources.text_js + PackageResources.chart_js + PackageResources.stream_js + PackageResources.overview_js
        + PackageResources.session_js + PackageResources.main_js

    /// `dashboard.html`, with style and script between their empty tags.
    package static let html: [UInt8] = {
        var rest = PackageResources.dashboard_html[...]
        var html: [UInt8] = []
        for (tag, content) in [("<style>", style), ("<script>", script)] {
            guard let range = rest.firstRange(of: Array(tag.utf8)) else {
                preconditionFailure("dashboard.html has no \(tag)")
            }
            html += rest[..<range.upperBound] + content
            rest = rest[range.upperBound...]
        }
        return html + rest
    }()
}
