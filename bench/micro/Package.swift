// swift-tools-version: 6.1
import PackageDescription

/// The rules of the root package, so that the compiler makes the same of the same sources.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "relay-micro",
    targets: [
        // Links to the root package's sources. They are compiled here once more, since `package` access ends at a package.
        .target(name: "RelayWire", swiftSettings: strict),
        .target(name: "CPrefetch"),
        .target(name: "RelayCore", dependencies: ["CPrefetch", "RelayWire"], swiftSettings: strict),
        .executableTarget(name: "relay-micro", dependencies: ["RelayWire", "RelayCore"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
