// swift-tools-version: 6.2
// The house: arrows go one way. README.md, "How it works", tells what each module is for.
import PackageDescription

let swift: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "zmqtop",
    products: [
        .executable(name: "zmqtop", targets: ["zmqtop"]),
        .executable(name: "zmqtop-node", targets: ["zmqtop-node"]),
        .executable(name: "zmqtop-keeper", targets: ["zmqtop-keeper"]),
        .library(name: "zmqtap", type: .dynamic, targets: ["CTap"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C: system libraries, the tap, and the segment that the tap and its reader share.
        .systemLibrary(name: "CZeroMQ"),
        .systemLibrary(name: "CNcurses"),
        .target(name: "CTapSegment"),
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra"])]),
        .target(
            name: "CTap",
            dependencies: ["CTapSegment"],
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-fvisibility=hidden", "-Wall", "-Wextra"])],
            // A dynamic product of a C target would link the Swift runtime; the tap may need the C library alone.
            linkerSettings: [.unsafeFlags(["-enable-experimental-feature", "Embedded", "-nostartfiles"])]
        ),

        // What a built-in node is made of: light, for there may be hundreds.
        .target(name: "ZeroMQ", dependencies: ["CZeroMQ"], swiftSettings: swift),
        .target(name: "RunDirectory", swiftSettings: swift),
        .target(name: "Nodes", dependencies: ["ZeroMQ", "RunDirectory"], swiftSettings: swift),
        .executableTarget(
            name: "zmqtop-node", dependencies: ["Nodes"], swiftSettings: swift,
            // There may be hundreds: with the runtime inside, at a fixed place, each takes 3 MB less and starts sooner.
            linkerSettings: [.unsafeFlags(["-static-stdlib", "-Xclang-linker", "-no-pie"])]),

        // A running topology.
        .target(
            name: "Topology", dependencies: ["RunDirectory", .product(name: "Yams", package: "Yams")],
            swiftSettings: swift),
        .target(name: "Keeping", dependencies: ["CLinux"], swiftSettings: swift),
        .executableTarget(name: "zmqtop-keeper", dependencies: ["CLinux", "Keeping"], swiftSettings: swift),
        .target(
            name: "Session",
            dependencies: [
                "CLinux", "CTapSegment", "Keeping", "RunDirectory", "Telemetry",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift),
        .target(
            name: "Telemetry",
            dependencies: [
                "CTapSegment", "RunDirectory", .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            // Tests check exclusive access; with a thousand links the checks are a tenth of a look.
            swiftSettings: swift + [
                .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
            ]),
        // What is done to a topology, and expected of it.
        .target(
            name: "Scenarios", dependencies: ["RunDirectory", "Telemetry", "Topology"], swiftSettings: swift),
        // What runs on this machine without our doing.
        .target(
            name: "Discovery", dependencies: ["CLinux", "Keeping", "RunDirectory", "Telemetry"], swiftSettings: swift),
        // What is in a frame.
        .target(name: "Payload", swiftSettings: swift),

        // The screens.
        .target(name: "TerminalUI", swiftSettings: swift),
        .target(
            name: "Dashboard", dependencies: ["Payload", "TerminalUI", "Telemetry", "RunDirectory", "Scenarios"],
            swiftSettings: swift),
        .target(name: "Terminal", dependencies: ["CNcurses", "TerminalUI"], swiftSettings: swift),

        .executableTarget(
            name: "zmqtop",
            dependencies: [
                "CLinux", "Topology", "RunDirectory", "Session", "Telemetry", "Scenarios", "Discovery", "Payload",
                "TerminalUI",
                "Dashboard",
                "Terminal",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.copy("../../topologies"), .copy("../../themes")],
            swiftSettings: swift),

        .executableTarget(
            name: "dashboard-benchmark", dependencies: ["Dashboard", "Telemetry", "RunDirectory", "TerminalUI"],
            path: "Tests/Benchmarks/dashboard", exclude: ["run"], swiftSettings: swift),

        .testTarget(name: "ZeroMQTests", dependencies: ["ZeroMQ"], swiftSettings: swift),
        .testTarget(name: "RunDirectoryTests", dependencies: ["RunDirectory"], swiftSettings: swift),
        .testTarget(
            name: "TopologyTests", dependencies: ["Topology", "RunDirectory"], exclude: ["Fixtures"],
            swiftSettings: swift),
        .testTarget(
            name: "TapTests", dependencies: ["CTapSegment", "Telemetry", "RunDirectory"], exclude: ["Programs"],
            swiftSettings: swift),
        .testTarget(name: "NodesTests", dependencies: ["Nodes", "ZeroMQ", "RunDirectory"], swiftSettings: swift),
        .testTarget(
            name: "SessionTests",
            dependencies: [
                "CLinux", "CTapSegment", "Keeping", "Session", "RunDirectory", "Telemetry", "zmqtop-keeper",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift),
        .testTarget(
            name: "TelemetryTests", dependencies: ["Telemetry", "CTapSegment", "RunDirectory"], swiftSettings: swift),
        .testTarget(
            name: "ScenariosTests", dependencies: ["Scenarios", "Telemetry", "Topology", "RunDirectory"],
            exclude: ["Fixtures"], swiftSettings: swift),
        .testTarget(
            name: "DiscoveryTests", dependencies: ["Discovery", "Telemetry", "RunDirectory"], swiftSettings: swift),
        .testTarget(
            name: "PayloadTests", dependencies: ["Payload", "Telemetry", "zmqtop"], exclude: ["Fixtures"],
            swiftSettings: swift),
        .testTarget(name: "TerminalTests", dependencies: ["Terminal"], swiftSettings: swift),
        .testTarget(name: "TerminalUITests", dependencies: ["TerminalUI"], swiftSettings: swift),
        .testTarget(
            name: "DashboardTests",
            dependencies: ["Dashboard", "Telemetry", "RunDirectory", "TerminalUI", "Scenarios"],
            exclude: ["Golden"], swiftSettings: swift),
        .testTarget(
            name: "CommandTests", dependencies: ["zmqtop", "Dashboard", "RunDirectory", "TerminalUI"],
            swiftSettings: swift),
        .testTarget(
            name: "EndToEndTests", dependencies: ["Keeping", "Telemetry", "RunDirectory"],
            swiftSettings: swift),
    ]
)
