import Foundation
import HoldfastSDK
import HoldfastServer
import HoldfastStore
import TestSupport
import Testing

@testable import holdfast

struct `The README` {
  private struct Block {
    let language: String
    let lines: [String]
  }

  /// What is compiled and run, and may be shown.
  private static let sources = [
    "Tests/EndToEnd/Readme/ReadmeProgram.swift", "Tests/EndToEnd/PluginExample/Package.swift",
    "Tests/EndToEnd/PluginExample/Sources/Notebook/main.swift",
    "Tests/EndToEnd/PluginExample/Sources/Notebook/Notebook.swift",
    "Tests/EndToEnd/PluginExample/Sources/Notebook/notes.rpc", "Tests/Testing/ExampleTests.swift",
    "Tests/Testing/OwnEntityTests.swift", "Tests/SDK/Persistence/PersistenceExampleTests.swift",
    "Tests/HTTP/ContextExampleTests.swift", "Tests/Server/Analysis/WorkerExampleTests.swift",
  ]

  private let blocks: [Block]

  init() throws {
    var blocks: [Block] = []
    var open: (language: String, lines: [String])?
    for line in try Self.lines("README.md", trimmed: false) {
      if line.hasPrefix("```") {
        if let block = open { blocks.append(Block(language: block.language, lines: block.lines)) }
        open = open == nil ? (String(line.dropFirst(3)), []) : nil
      } else {
        open?.lines.append(line)
      }
    }
    self.blocks = blocks
  }

  @Test func `its code is code that is compiled`() throws {
    let sources = try Self.sources.map { try Self.lines($0, trimmed: true) }
    let shown = blocks.filter { ["swift", "rpc"].contains($0.language) }
    #expect(shown.count > 5)
    for block in shown {
      let lines = block.lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      let imports = lines.filter { $0.hasPrefix("import ") }
      let code = lines.filter { !$0.hasPrefix("import ") }
      let isThere = sources.contains { source in
        source.contains(code) && imports.allSatisfy { source.contains($0) }
      }
      #expect(isThere, "\(block.lines.joined(separator: "\n"))")
    }
  }

  @Test func `its commands exist`() throws {
    let commands = blocks.filter { $0.language == "sh" }.flatMap(\.lines)
      .flatMap { $0.components(separatedBy: "holdfast ").dropFirst() }
      .filter { !$0.hasPrefix("-") }
    #expect(commands.count > 10)
    for command in commands {
      let words = command.split(separator: " ").prefix(2).map(String.init)
      let isKnown = Program.table.commands.contains { $0.name == words[0] || $0.name == words.joined(separator: " ") }
      #expect(isKnown, "holdfast \(command)")
    }
  }

  @Test func `its program works`() async throws {
    let hub = try await HubProcess()
    let token = try LocalFile.readText(HubDirectory(path: hub.data).adminToken)
    let folder = try TemporaryDirectory()
    try await readmeProgram(address: hub.address, token: token, data: hub.data, folder: folder.path)
    #expect(try await Persistence(FileAdapter(directory: folder.path, client: "editor")).load(Int.self, "starts") == 1)
    #expect(try await hub.client("get", "milk", "--space", "notes").output == "two litres")
  }

  private static func lines(_ path: String, trimmed: Bool) throws -> [String] {
    let lines = try String(contentsOfFile: Repository.path(path), encoding: .utf8).components(separatedBy: "\n")
    return trimmed ? lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty } : lines
  }
}
