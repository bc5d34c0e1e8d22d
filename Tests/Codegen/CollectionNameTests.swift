import Foundation
import HoldfastCompiler
import TestSupport
import Testing

/// Collections stand beside a replica's own members, and must not hide them.
@Suite struct CollectionNameTests {
  /// The members of `Replica` that programs see, as its source declares them.
  private static let members: [String] = {
    let folder = Repository.path("SDK/Offline")
    let files = (FileManager.default.subpaths(atPath: folder) ?? []).filter { $0.hasSuffix(".swift") }
    return files.sorted().flatMap { file in
      let data = FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data()
      return members(in: String(decoding: data, as: UTF8.self))
    }
  }()

  private static func members(in source: String) -> [String] {
    var isInside = false
    var found: [String] = []
    for line in source.split(separator: "\n") {
      if line.prefixMatch(of: /(public )?(final class|extension) Replica\b.*\{$/) != nil { isInside = true }
      if line == "}" { isInside = false }
      guard isInside, let member = line.firstMatch(of: /^  public (?:var|let|func) (\w+)/) else { continue }
      found.append(String(member.1))
    }
    return found
  }

  @Test func `no collection has the name of a replica's member`() {
    #expect(Self.members.contains("collection") && Self.members.count > 10, "\(Self.members)")
    for name in Set(Self.members) {
      let compilation = Snippets.inPackage(
        "entity Note = \"note\" version 1 merge client { key id uuid  1: a bool  collection \(name) }")
      #expect(compilation.diagnostics.map(\.rule) == ["name"], "\(name) belongs among Names.replicaMembers")
    }
  }
}
