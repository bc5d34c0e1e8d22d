import HoldfastCompiler
import Testing

/// Whatever the text is, the compiler ends with a schema or with diagnostics whose places exist.
@Suite struct FuzzTests {
  private func check(_ text: String) {
    let compilation = Snippets.compile(text, imports: ["a.rpc": "package a"])
    #expect((compilation.schema == nil) == compilation.hasErrors)
    if let schema = compilation.schema {
      #expect(schema.incompatibilities(with: schema) == [])
      #expect(!schema.reference().isEmpty && !schema.descriptorSet.isEmpty)
      for file in schema.files {
        for kind in SwiftFileKind.allCases { _ = schema.swift(kind, of: file, options: SwiftOptions()) }
        _ = schema.proto(of: file)
      }
    }
    if let once = Formatter.format(SourceFile(path: "notes.rpc", text: text)).text {
      #expect(Formatter.format(SourceFile(path: "notes.rpc", text: once)).text == once, "\(text)")
    }
    let lines = SourceFile(path: "x", text: text).text.split(separator: "\n", omittingEmptySubsequences: false)
    for diagnostic in compilation.diagnostics {
      #expect(diagnostic.line >= 1 && diagnostic.line <= max(1, lines.count))
      #expect(diagnostic.column >= 1 && diagnostic.column <= diagnostic.source.count + 1)
      #expect(!diagnostic.description.isEmpty)
    }
  }

  @Test(arguments: 0..<300)
  func `damaged definitions end in diagnostics`(seed: Int) {
    var random = SeededGenerator(state: UInt64(seed))
    var bytes = Array(Snippets.sample.utf8)
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + 30))
      default: bytes.insert(Array("{}()[]<>,:=?.\"/\n".utf8).randomElement(using: &random) ?? 0, at: place)
      }
    }
    check(String(decoding: bytes, as: UTF8.self))
  }

  @Test(arguments: 0..<100)
  func `random words end in diagnostics`(seed: Int) {
    var random = SeededGenerator(state: UInt64(seed) << 32)
    let words = [
      "package", "import", "message", "enum", "union", "error", "service", "call", "throws", "reserved", "deprecated",
      "entity", "key", "lane", "subject", "by", "collection", "upgrade", "drop", "move", "to", "merge", "version", "A",
      "b", "1",
      "-1", "1.5", "2s", "9..12", "..", "\"x\"", "\"", "{", "}", "(", ")", "[", "]", "<", ">", ",", ":",
      "=", "?", "->", "stream", "set<", "map<", "\n", "\n\n", "// c\n", "/// d\n", "/", "é", "\u{0}", "string", "int32",
    ]
    let text = (0..<400).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
    check(text)
    check("package a\n" + text)
  }

  @Test func `deep nesting ends in a diagnostic`() {
    check("package a\n" + String(repeating: "message A {\n", count: 20_000))
    check("package a\n" + String(repeating: "[", count: 20_000))
    check("package a\nservice A = 1000 {" + String(repeating: "{", count: 20_000))
  }
}
