// swift-tools-version: 6.1
import PackageDescription

/// Every target of the project compiles under the same rules.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Products of other packages, by the names that targets use.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "causeway",
    products: [
        .executable(name: "causewayd", targets: ["causewayd"]),
        .executable(name: "causeway-bench", targets: ["causeway-bench"]),
        .executable(name: "causewayctl", targets: ["causewayctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // What the operating system says, in words for the operator; and what the programs say to a terminal.
        .target(name: "RelaySystem", swiftSettings: strict),
        .target(name: "RelayCommands", dependencies: ["RelaySystem", argumentParser], swiftSettings: strict),

        // The data plane, from the wire up.
        .target(name: "CLinux"),
        .target(name: "RelayWire", swiftSettings: strict),
        .target(name: "CPrefetch"),
        .target(name: "RelayCore", dependencies: ["CPrefetch", "RelayWire"], swiftSettings: strict),
        .target(name: "LinuxIO", dependencies: ["CLinux", "RelaySystem"], swiftSettings: strict),
        .target(name: "RelayPlane", dependencies: ["RelayWire", "RelayCore", "LinuxIO"], swiftSettings: strict),

        // The control plane, and what keeps it and speaks for it.
        .target(name: "RelayNet", swiftSettings: strict),
        .target(name: "RelayControl", dependencies: ["RelayCore", "RelayNet", crypto, logging], swiftSettings: strict),
        .target(
            name: "RelayStore",
            dependencies: ["RelayCore", "RelayControl", grdb, logging],
            swiftSettings: strict
        ),
        .systemLibrary(name: "CMaxMindDB", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
        .target(name: "GeoLocation", dependencies: ["CMaxMindDB", "RelayNet", "RelaySystem"], swiftSettings: strict),
        .target(name: "RelayMetrics", swiftSettings: strict),
        .target(name: "RelayAdmin", swiftSettings: strict),
        .target(
            name: "DashboardPage",
            resources: ["dashboard.html", "dashboard.css"].map { .embedInCode($0) }
                + ["text", "chart", "stream", "overview", "session", "main"].map { .embedInCode("\($0).js") },
            swiftSettings: strict
        ),
        .target(
            name: "RelayHTTP",
            dependencies: [
                "DashboardPage", "GeoLocation", "RelayAdmin", "RelayControl", "RelayCore", "RelayMetrics", "RelayNet",
                "RelaySystem", asyncHTTPClient, crypto, httpTypes, hummingbird, logging, nioCore, nioHTTP1,
                nioHTTPTypes,
                nioPosix, nioSSL, serviceLifecycle,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ],
            swiftSettings: strict
        ),

        // What the service manager offers: descriptors that outlive the process, signs of life, the journal.
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "RelaySystemd", dependencies: ["CSystemd", logging], swiftSettings: strict),

        // The daemon.
        .target(
            name: "RelayConfig",
            dependencies: ["RelayNet", "RelaySystem", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "causewayd",
            dependencies: [
                "GeoLocation", "LinuxIO", "RelayAdmin", "RelayCommands", "RelayConfig", "RelayControl", "RelayCore",
                "RelayHTTP", "RelayMetrics", "RelayNet", "RelayPlane", "RelayStore", "RelaySystem", "RelaySystemd",
                argumentParser, logging, serviceLifecycle, unixSignals,
            ],
            swiftSettings: strict
        ),

        // The operator's tool, at the daemon's control socket.
        .executableTarget(
            name: "causewayctl",
            dependencies: [
                "RelayAdmin", "RelayCommands", "RelaySystem", argumentParser, asyncHTTPClient, nioCore, nioHTTP1,
            ],
            swiftSettings: strict
        ),

        // The load generator. It has a codec of its own: a bug it shared with the relay would not show.
        .target(
            name: "BenchKit",
            dependencies: [
                "CLinux", asyncHTTPClient, histogram, nioCore, nioHTTP1, nioPosix,
            ],
            path: "bench/BenchKit",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "causeway-bench",
            dependencies: ["BenchKit", argumentParser, unixSignals],
            path: "bench/causeway-bench",
            swiftSettings: strict
        ),

        // Tests: one folder a target. SystemTests drive the real binary and know nothing of the code.
        .target(
            name: "TestSupport",
            dependencies: ["RelayWire", "RelayCore"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .testTarget(name: "RelayWireTests", dependencies: ["RelayWire"], swiftSettings: strict),
        .testTarget(
            name: "RelayCoreTests",
            dependencies: ["RelayWire", "RelayCore", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(name: "LinuxIOTests", dependencies: ["LinuxIO", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "RelayPlaneTests",
            dependencies: ["LinuxIO", "RelayPlane", "RelayCore", "TestSupport"],
            swiftSettings: strict
        ),
        .target(name: "TestDisk", path: "Tests/TestDisk", swiftSettings: strict),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .executableTarget(
            name: "allocation-check",
            dependencies: ["AllocationCounter", "RelayWire", "RelayCore", "RelayPlane", "TestSupport"],
            path: "Tests/AllocationCheck",
            swiftSettings: strict
        ),
        .testTarget(name: "RelaySystemTests", dependencies: ["RelaySystem"], swiftSettings: strict),
        .testTarget(name: "RelayNetTests", dependencies: ["RelayNet"], swiftSettings: strict),
        .testTarget(name: "RelayConfigTests", dependencies: ["RelayConfig", "RelayNet"], swiftSettings: strict),
        // For the whole bundle of tests, under the thread sanitizer alone.
        .target(name: "ThreadSanitizer", path: "Tests/ThreadSanitizer"),
        .testTarget(
            name: "RelayControlTests",
            dependencies: ["RelayControl", "RelayCore", "RelayNet", "ThreadSanitizer", logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RelayStoreTests",
            dependencies: ["RelayStore", "RelayControl", "RelayCore", "TestDisk", grdb, logging],
            swiftSettings: strict
        ),
        .testTarget(name: "RelaySystemdTests", dependencies: ["RelaySystemd", logging], swiftSettings: strict),
        .testTarget(name: "RelayMetricsTests", dependencies: ["RelayMetrics"], swiftSettings: strict),
        .testTarget(
            name: "RelayHTTPTests",
            dependencies: [
                "RelayHTTP", "RelayAdmin", "RelayControl", "RelayMetrics", "RelayNet", "RelayCore", "GeoLocation",
                asyncHTTPClient, crypto, httpTypes, hummingbird, logging, nioCore, nioHTTP1, nioHTTPTypes, nioSSL,
                serviceLifecycle,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "causewaydTests",
            dependencies: [
                "causewayd", "LinuxIO", "RelayConfig", "RelayCore", "RelayNet", "RelaySystem", logging,
                serviceLifecycle,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BenchKitTests",
            dependencies: ["BenchKit", histogram, nioCore, nioHTTP1, nioPosix],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SystemTests",
            dependencies: ["TestDisk", crypto],
            exclude: ["Faults/shifted-clock.c", "schemathesis"],
            swiftSettings: strict
        ),

    ],
    swiftLanguageModes: [.v6]
)
