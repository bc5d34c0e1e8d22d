import HoldfastCompiler
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The Swift that is checked in is what the generator makes of the definitions.
@Suite struct GeneratedFilesTests {
  struct Place: Sendable {
    let kind: SwiftFileKind
    let folder: String
    let options: SwiftOptions
  }

  /// As `Codegen/regenerate` does it.
  private static func places(of name: String) -> [Place] {
    let messages = name == "session.rpc" ? ("HoldfastWire", "Sources/Wire") : ("HoldfastContract", "Sources/Contract")
    let contract = ["HoldfastContract"]
    let sdk = SwiftOptions(imports: contract, module: "HoldfastSDK")
    return [
      Place(kind: .messages, folder: "\(messages.1)/Generated", options: SwiftOptions(module: messages.0)),
      Place(kind: .entities, folder: "SDK/Generated", options: sdk),
      Place(kind: .client, folder: "SDK/Generated", options: sdk),
      Place(kind: .fake, folder: "SDK/Generated", options: sdk),
      Place(
        kind: .server, folder: "Sources/Server/Generated",
        options: SwiftOptions(imports: contract, module: "HoldfastServer")),
    ]
  }

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: Repository.path(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `every generated file is up to date, and there are no others`() throws {
    let folder = "Protocol/Definitions"
    let names = try FileManager.default.contentsOfDirectory(atPath: Repository.path(folder)).sorted()
    let sources = try names.filter { $0.hasSuffix(".rpc") }.map { name in
      SourceFile(path: "\(folder)/\(name)", text: try #require(text("\(folder)/\(name)")))
    }
    #expect(!sources.isEmpty)
    let compilation = Compilation(sources) { _ in nil }
    let schema = try #require(compilation.schema, "\(compilation.diagnostics)")
    var expected: Set<String> = []
    for file in schema.roots {
      for place in Self.places(of: "\(file.stem).rpc") {
        guard let generated = schema.swift(place.kind, of: file, options: place.options) else { continue }
        let path = "\(place.folder)/\(place.kind.fileName(for: file))"
        expected.insert(path)
        #expect(text(path) == generated, "\(path) is out of date: run Codegen/regenerate")
      }
    }
    for folder in ["Sources/Wire/Generated", "Sources/Contract/Generated", "SDK/Generated", "Sources/Server/Generated"]
    {
      let names = try FileManager.default.contentsOfDirectory(atPath: Repository.path(folder))
      for name in names {
        #expect(expected.contains("\(folder)/\(name)"), "\(folder)/\(name) comes from no definition")
      }
    }
  }

  @Test(arguments: ["diary.rpc", "first.rpc"], [SwiftFileKind.messages, .entities])
  func `what tests use of entities is up to date`(_ name: String, _ kind: SwiftFileKind) throws {
    try check(kind, of: name, in: "Tests/SDK/Offline")
  }

  @Test func `the demo's entities are up to date`() throws {
    try check(.entities, of: "notes.rpc", in: "Sources/holdfast/Demo")
  }

  @Test func `what tests of replicas keep is up to date`() throws {
    try check(.entities, of: "trip.rpc", in: "Tests/Testing")
    try check(.entities, of: "shelf.rpc", in: "Tests/EndToEnd/Replicas")
    try check(.entities, of: "storm.rpc", in: "Tests/Device")
  }

  private func check(_ kind: SwiftFileKind, of name: String, in folder: String) throws {
    let source = SourceFile(path: "\(folder)/\(name)", text: try #require(text("\(folder)/\(name)")))
    let schema = try #require(Compilation([source]) { _ in nil }.schema)
    let file = try #require(schema.roots.first)
    let generated = schema.swift(kind, of: file, options: SwiftOptions(access: .internal))
    #expect(text("\(folder)/Generated/\(kind.fileName(for: file))") == generated, "run Codegen/regenerate")
  }
}
