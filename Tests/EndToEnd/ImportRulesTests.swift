import Foundation
import TestSupport
import Testing

/// Who may import whom. A module may also import what its imports may import, and the system modules of its row.
private let rules: [Rule] = [
  Rule("HoldfastWire", in: "Sources/Wire", imports: [], system: pure),
  Rule("HoldfastCache", in: "Sources/Cache", imports: ["CLinux"], system: pure),
  Rule(
    "HoldfastAnalysis", in: "Sources/Analysis", imports: [], system: pure,
    except: ["Sources/Analysis/RealFunctions.swift": libc]),
  Rule("HoldfastCompiler", in: "Codegen/Compiler", imports: [], system: pure),
  Rule("HoldfastCrypto", in: "Sources/Crypto", imports: ["COpenSSL"], system: libc),
  Rule(
    "HoldfastRPC", in: "Sources/RPC", imports: ["HoldfastWire", "HoldfastCrypto", "COpenSSL", "CLinux"], system: libc),
  Rule("HoldfastContract", in: "Sources/Contract", imports: ["HoldfastWire"], system: pure),
  Rule("HoldfastStore", in: "Sources/Store", imports: ["CSQLite", "HoldfastCrypto", "CLinux"], system: libc),
  Rule("HoldfastSync", in: "Sources/Sync", imports: ["HoldfastContract"], system: pure),
  Rule("HoldfastSDK", in: "SDK", imports: ["HoldfastRPC", "HoldfastContract"] + foundations, system: libc + keychain),
  Rule(
    "HoldfastServer", in: "Sources/Server",
    imports: ["HoldfastRPC", "HoldfastContract", "HoldfastAnalysis"] + foundations, system: libc),
  Rule(
    "HoldfastHTTP", in: "SDK/HTTP", imports: ["HoldfastSDK"], system: libc + ["Foundation", "FoundationNetworking"]),
  Rule("HoldfastTesting", in: "SDK/Testing", imports: ["HoldfastSDK", "HoldfastServer"], system: libc),
  Rule(
    "holdfast", in: "Sources/holdfast", imports: ["HoldfastTesting", "HoldfastHTTP", "HoldfastServer"], system: libc),
  Rule("holdfast-codegen", in: "Codegen/holdfast-codegen", imports: ["HoldfastCompiler"], system: libc),
  Rule("HoldfastCodegenPlugin", in: "Codegen/Plugin", imports: [], system: ["PackagePlugin", "Foundation"]),
]

private let foundations = ["HoldfastStore", "HoldfastSync", "HoldfastCache", "HoldfastCrypto"]
private let pure = ["FoundationEssentials", "Synchronization"]
/// Of Apple's systems.
private let keychain = ["Security"]
private let libc = pure + ["Glibc", "Musl", "Darwin"]

/// Folders that hold what C gives, and no Swift.
private let bridges = ["Sources/COpenSSL", "Sources/CSQLite", "Sources/CLinux"]

/// All that may stand at the top of the repository. What Git ignores may be there too.
private let topLevel: Set = [
  "Package.swift", "README.md", "Protocol", "Codegen", "SDK", "Sources", "Tests", ".ci", ".gitignore", ".swift-format",
]

private struct Rule: Sendable, CustomTestStringConvertible {
  let module: String
  let folder: String
  let imports: [String]
  let system: [String]
  /// What single files may import besides.
  let exceptions: [String: [String]]

  init(
    _ module: String, in folder: String, imports: [String], system: [String],
    except exceptions: [String: [String]] = [:]
  ) {
    self.module = module
    self.folder = folder
    self.imports = imports
    self.system = system
    self.exceptions = exceptions
  }

  var testDescription: String { module }

  /// Everything that the module may import, by name.
  var allowed: Set<String> {
    var allowed = Set(system)
    var waiting = imports
    while let next = waiting.popLast() {
      guard allowed.insert(next).inserted else { continue }
      waiting += rules.first { $0.module == next }?.imports ?? []
    }
    return allowed
  }

  /// The Swift files of the module, without those of a module in a folder further down.
  var files: [String] {
    let others = rules.map(\.folder).filter { $0 != folder && $0.hasPrefix(folder + "/") }
    return contents(of: folder, deep: true).filter { file in
      file.hasSuffix(".swift") && !others.contains { file.hasPrefix($0 + "/") }
    }
  }
}

struct `Import rules` {
  @Test(arguments: rules)
  fileprivate func `a module imports only what its rule names`(_ rule: Rule) throws {
    for file in rule.files {
      let allowed = rule.allowed.union(rule.exceptions[file] ?? [])
      for module in importedModules(in: try text(of: file)) where !allowed.contains(module) {
        Issue.record("\(file) imports \(module); \(rule.module) may import \(allowed.sorted().joined(separator: ", "))")
      }
    }
  }

  @Test func `what a single file may import besides is imported by it`() throws {
    for (file, modules) in rules.flatMap(\.exceptions) {
      #expect(!Set(modules).isDisjoint(with: importedModules(in: try text(of: file))), "\(file)")
    }
  }

  @Test func `every module folder has a rule`() {
    let found = ["Sources", "Codegen"].flatMap { contents(of: $0, deep: false) }
    let known = Set(rules.map(\.folder) + bridges)
    #expect(found.filter { isFolder($0) && !known.contains($0) } == [])
    // A rule without a folder is for a module to come; most of them are here.
    #expect(found.filter { known.contains($0) }.count > 10)
  }

  @Test(arguments: bridges)
  func `a bridge to C holds headers and a module map`(_ folder: String) {
    let files = contents(of: folder, deep: true)
    #expect(files.contains(folder + "/module.modulemap"))
    #expect(files.filter { !$0.hasSuffix(".h") && !$0.hasSuffix("/module.modulemap") } == [])
  }

  @Test func `the package depends on no other package`() throws {
    #expect(!(try text(of: "Package.swift")).contains(".package("))
  }

  @Test func `the top level holds only what the design names`() {
    let ignored = { (name: String) in
      name.hasPrefix(".build") || [".git", ".swiftpm", "Package.resolved"].contains(name)
    }
    let found = contents(of: "", deep: false).filter { !ignored($0) }
    #expect(Set(found).subtracting(topLevel) == [])
    #expect(found.contains("Package.swift"))
  }

  @Test func `import lines are told from text that looks like them`() {
    let source = #"""
      public import HoldfastWire
      @testable import HoldfastRPC  // why
      internal import struct HoldfastStore.Job
      #if canImport(FoundationEssentials)
        import FoundationEssentials
      #else
        import Foundation
      #endif
      /* import InAComment
      import StillInIt */
      // import Commented
      let text = """
        import InText
        """
      let line = "import InALine"
      import Last
      """#
    #expect(
      importedModules(in: source) == ["HoldfastWire", "HoldfastRPC", "HoldfastStore", "FoundationEssentials", "Last"])
  }
}

/// The modules that a source text imports, in order, but not `Foundation` where it stands in for `FoundationEssentials`.
private func importedModules(in source: String) -> [String] {
  let declaration =
    /(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
  var modules: [String] = []
  var isInText = false
  var isInComment = false
  var isAlternative = false
  for line in source.split(separator: "\n") {
    let line = line.drop { $0 == " " }
    let marks = line.split(separator: "\"\"\"", omittingEmptySubsequences: false).count - 1
    if line.hasPrefix("/*") { isInComment = true }
    if !isInText, !isInComment, let match = line.prefixMatch(of: declaration) {
      let standsIn = isAlternative && match.1 == "Foundation" && modules.last == "FoundationEssentials"
      if !standsIn { modules.append(String(match.1)) }
    }
    isAlternative = line == "#else"
    if line.contains("*/") { isInComment = false }
    if !marks.isMultiple(of: 2) { isInText.toggle() }
  }
  return modules
}

/// Paths of what lies in a folder of the repository, sorted; none if it does not exist. Only files when `deep`.
private func contents(of folder: String, deep: Bool) -> [String] {
  let start = folder.isEmpty ? "" : folder + "/"
  if deep {
    let names = FileManager.default.subpaths(atPath: Repository.path(folder)) ?? []
    return names.map { start + $0 }.filter { !isFolder($0) }.sorted()
  }
  let names = try? FileManager.default.contentsOfDirectory(atPath: Repository.path(folder))
  return (names ?? []).map { start + $0 }.sorted()
}

private func isFolder(_ relative: String) -> Bool {
  var isDirectory: ObjCBool = false
  return FileManager.default.fileExists(atPath: Repository.path(relative), isDirectory: &isDirectory)
    && isDirectory.boolValue
}

private func text(of relative: String) throws -> String {
  try String(contentsOfFile: Repository.path(relative), encoding: .utf8)
}
