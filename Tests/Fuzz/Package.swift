// swift-tools-version: 6.1
import PackageDescription

/// The rules of the root package.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A fuzz target: `Sources/fuzz-NAME`, run by `scripts/fuzz NAME` with the seeds in `corpus/NAME`.
func fuzz(_ name: String, _ rooms: [Target.Dependency]) -> Target {
    .executableTarget(name: "fuzz-\(name)", dependencies: ["FuzzDriver"] + rooms, swiftSettings: strict)
}

// A package of its own: a gate in the root's manifest would still fetch and compile everything that the daemon stands on,
// and every object here is compiled with coverage and a sanitizer. scripts/fuzz passes those flags.
let package = Package(
    name: "relay-fuzz",
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        // Links to the root package's sources: whole rooms, and of three rooms the files that read what callers send or
        // a predecessor left.
        .target(name: "RelayWire", swiftSettings: strict),
        .target(name: "CPrefetch"),
        .target(name: "RelayCore", dependencies: ["CPrefetch", "RelayWire"], swiftSettings: strict),
        .target(name: "TestSupport", dependencies: ["RelayWire", "RelayCore"], swiftSettings: strict),
        .target(name: "CLinux"),
        .target(name: "RelaySystem", swiftSettings: strict),
        .target(name: "LinuxIO", dependencies: ["CLinux", "RelaySystem"], swiftSettings: strict),
        .target(name: "RelayPlane", dependencies: ["RelayCore", "LinuxIO"], swiftSettings: strict),
        .target(name: "RelayNet", swiftSettings: strict),
        .target(name: "RelayControl", dependencies: ["RelayCore", "RelayNet"], swiftSettings: strict),
        .target(name: "RelayHTTP", dependencies: ["RelayControl"], swiftSettings: strict),
        .target(
            name: "RelayConfig",
            dependencies: ["RelayNet", "RelaySystem", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict
        ),

        .target(name: "CFuzzer"),
        .target(name: "FuzzDriver", dependencies: ["CFuzzer"], swiftSettings: strict),
        fuzz("datagram", ["RelayWire"]),
        fuzz("engine", ["RelayCore", "TestSupport"]),
        fuzz("snapshot", ["RelayCore", "RelayPlane", "RelayWire", "LinuxIO", "TestSupport"]),
        fuzz("bodies", ["RelayControl", "RelayHTTP", "RelayNet"]),
        fuzz("configuration", ["RelayConfig"]),
    ],
    swiftLanguageModes: [.v6]
)
