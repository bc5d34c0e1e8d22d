// swift-tools-version: 6.1
// Measures HoldfastWire's codec against swift-protobuf's on the same bytes.
import PackageDescription

let package = Package(
  name: "codec-peer",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "holdfast", path: "../../.."),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
  ],
  targets: [
    .executableTarget(
      name: "codec-peer",
      dependencies: [
        .product(name: "HoldfastWire", package: "holdfast"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      path: "Sources/codec-peer")
  ]
)
