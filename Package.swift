// swift-tools-version: 6.1
import PackageDescription

/// Every target of the project compiles under the same rules.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "causeway",
    targets: [
        // The data plane, from the wire up.
        .target(name: "CLinux"),
        .target(name: "RelayWire", swiftSettings: strict),
        .target(name: "RelayCore", dependencies: ["RelayWire"], swiftSettings: strict),
        .target(name: "LinuxIO", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "RelayPlane", dependencies: ["RelayWire", "RelayCore", "LinuxIO"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
