// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "plugin-example",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "holdfast", path: "../../..")],
  targets: [
    .executableTarget(
      name: "Notebook",
      dependencies: [
        .product(name: "HoldfastRPC", package: "holdfast"), .product(name: "HoldfastSDK", package: "holdfast"),
        .product(name: "HoldfastWire", package: "holdfast"),
      ],
      plugins: [.plugin(name: "HoldfastCodegenPlugin", package: "holdfast")])
  ]
)
