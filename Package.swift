// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library module: `HoldfastName` in `path`.
func module(
  _ name: String, at path: String, needs: [Target.Dependency], excluding: [String] = [], sources: [String]? = nil
) -> Target {
  .target(name: name, dependencies: needs, path: path, exclude: excluding, sources: sources, swiftSettings: settings)
}

/// The tests of a module, in the folder of `Tests` that bears its name.
func tests(_ name: String, needs: [Target.Dependency], excluding: [String] = []) -> Target {
  .testTarget(
    name: "Holdfast\(name)Tests", dependencies: needs + ["TestSupport"], path: "Tests/\(name)",
    exclude: excluding, swiftSettings: settings)
}

let package = Package(
  name: "holdfast",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "holdfast", targets: ["holdfast"]),
    .executable(name: "holdfast-codegen", targets: ["holdfast-codegen"]),
    .library(name: "HoldfastSDK", targets: ["HoldfastSDK", "HoldfastContract", "HoldfastSync", "HoldfastCache"]),
    .library(name: "HoldfastHTTP", targets: ["HoldfastHTTP"]),
    .library(name: "HoldfastTesting", targets: ["HoldfastTesting"]),
    .library(name: "HoldfastRPC", targets: ["HoldfastRPC"]),
    .library(name: "HoldfastWire", targets: ["HoldfastWire"]),
    .plugin(name: "HoldfastCodegenPlugin", targets: ["HoldfastCodegenPlugin"]),
  ],
  targets: [
    // C libraries that Swift cannot import by itself.
    .systemLibrary(
      name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "openssl",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(
      name: "CSQLite", path: "Sources/CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite3"])]),
    .systemLibrary(name: "CLinux", path: "Sources/CLinux"),

    // Foundations: no module here knows what Holdfast is for.
    module("HoldfastCrypto", at: "Sources/Crypto", needs: ["COpenSSL"]),
    module("HoldfastAnalysis", at: "Sources/Analysis", needs: []),
    module("HoldfastCache", at: "Sources/Cache", needs: ["CLinux"]),
    module("HoldfastWire", at: "Sources/Wire", needs: []),
    module("HoldfastRPC", at: "Sources/RPC", needs: ["HoldfastWire", "HoldfastCrypto", "COpenSSL", "CLinux"]),
    module("HoldfastStore", at: "Sources/Store", needs: ["CSQLite", "HoldfastCrypto", "CLinux"]),

    // What hub and programs say to each other.
    module("HoldfastContract", at: "Sources/Contract", needs: ["HoldfastWire"]),

    // What both sides have to agree on when entities change in several places.
    module("HoldfastSync", at: "Sources/Sync", needs: ["HoldfastContract", "HoldfastWire"]),

    // The two sides.
    module(
      "HoldfastSDK", at: "SDK",
      needs: [
        "HoldfastRPC", "HoldfastWire", "HoldfastContract", "HoldfastStore", "HoldfastSync", "HoldfastCrypto",
        "HoldfastCache", "CLinux",
      ],
      excluding: ["Testing", "HTTP"], sources: ["Client", "Offline", "Persistence", "Context", "Analysis", "Generated"]),
    module(
      "HoldfastServer", at: "Sources/Server",
      needs: [
        "HoldfastRPC", "HoldfastWire", "HoldfastContract", "HoldfastStore", "HoldfastSync", "HoldfastCrypto",
        "HoldfastCache", "HoldfastAnalysis",
      ]),
    // What needs FoundationNetworking, so that nobody else carries it.
    module("HoldfastHTTP", at: "SDK/HTTP", needs: ["HoldfastSDK", "HoldfastRPC", "HoldfastCache"]),
    // Whole hubs and devices in one process, for tests.
    module(
      "HoldfastTesting", at: "SDK/Testing",
      needs: [
        "HoldfastSDK", "HoldfastServer", "HoldfastRPC", "HoldfastWire", "HoldfastContract", "HoldfastStore",
        "HoldfastSync", "HoldfastCrypto", "CSQLite",
      ]),
    .executableTarget(
      name: "holdfast",
      dependencies: [
        "HoldfastServer", "HoldfastSDK", "HoldfastTesting", "HoldfastRPC", "HoldfastWire", "HoldfastContract",
        "HoldfastStore", "HoldfastSync", "HoldfastCrypto", "HoldfastCache", "HoldfastAnalysis",
      ],
      path: "Sources/holdfast", exclude: ["Demo/notes.rpc"], swiftSettings: settings),

    // From definition files to Swift.
    module("HoldfastCompiler", at: "Codegen/Compiler", needs: []),
    .executableTarget(
      name: "holdfast-codegen", dependencies: ["HoldfastCompiler"], path: "Codegen/holdfast-codegen",
      swiftSettings: settings),
    .plugin(
      name: "HoldfastCodegenPlugin", capability: .buildTool(), dependencies: ["holdfast-codegen"],
      path: "Codegen/Plugin"),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["COpenSSL"], path: "Tests/Support",
      exclude: ["python-environment", "requirements.txt"], swiftSettings: settings),
    // A program on a device, for tests that start several and kill them.
    .executableTarget(
      name: "TestDevice",
      dependencies: [
        "HoldfastSDK", "HoldfastTesting", "HoldfastRPC", "HoldfastWire", "HoldfastContract", "HoldfastSync",
      ],
      path: "Tests/Device", exclude: ["storm.rpc"], swiftSettings: settings),
    tests("Crypto", needs: ["HoldfastCrypto"]),
    tests("Analysis", needs: ["HoldfastAnalysis"]),
    tests("Cache", needs: ["HoldfastCache"], excluding: ["Compression/lz4_peer.py"]),
    tests(
      "Wire", needs: ["HoldfastWire"],
      excluding: [
        "Conformance/conformance.rpc", "Conformance/conformance.py", "Conformance/Generated/conformance.proto",
        "Conformance/Generated/conformance.descriptors",
      ]),
    tests("RPC", needs: ["HoldfastRPC", "HoldfastWire", "HoldfastCrypto", "COpenSSL"]),
    tests("Store", needs: ["HoldfastStore", "HoldfastTesting", "HoldfastCrypto", "CSQLite"]),
    tests("Sync", needs: ["HoldfastSync", "HoldfastContract", "HoldfastWire"]),
    tests(
      "Server",
      needs: [
        "HoldfastServer", "HoldfastSDK", "HoldfastTesting", "HoldfastRPC", "HoldfastContract", "HoldfastStore",
        "HoldfastSync", "HoldfastCrypto", "HoldfastWire", "CSQLite",
      ]),
    tests(
      "SDK",
      needs: [
        "HoldfastSDK", "HoldfastServer", "HoldfastTesting", "HoldfastRPC", "HoldfastContract", "HoldfastStore",
        "HoldfastSync", "HoldfastWire", "HoldfastCrypto", "HoldfastCache",
      ],
      excluding: ["Offline/diary.rpc", "Offline/first.rpc"]),
    tests("HTTP", needs: ["HoldfastHTTP", "HoldfastSDK", "HoldfastTesting", "HoldfastRPC"]),
    tests(
      "Testing",
      needs: [
        "HoldfastTesting", "HoldfastSDK", "HoldfastServer", "HoldfastRPC", "HoldfastContract", "HoldfastStore",
        "HoldfastSync", "HoldfastWire",
      ],
      excluding: ["trip.rpc"]),
    tests("Codegen", needs: ["HoldfastCompiler", "HoldfastContract", "HoldfastSync"]),
    tests(
      "EndToEnd",
      needs: [
        "HoldfastSDK", "HoldfastRPC", "HoldfastWire", "HoldfastContract", "HoldfastServer", "HoldfastCrypto",
        "HoldfastStore", "HoldfastSync", "HoldfastTesting", "TestDevice", "holdfast", "holdfast-codegen",
      ],
      excluding: ["PluginExample", "Replicas/shelf.rpc"]),
  ]
)
