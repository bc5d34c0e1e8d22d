import HoldfastCompiler
import Testing

/// Every mistake has a rule, a place and words that say what to do.
@Suite struct MistakeTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    let rule: String
    /// The text that the caret has to begin under; nil when the place is the end of a line.
    let at: String?
    let text: String
    var testDescription: String { "\(rule): \(text)" }

    init(_ rule: String, at: String?, _ text: String) {
      self.rule = rule
      self.at = at
      self.text = text
    }
  }

  static let mistakes: [Mistake] = [
    Mistake("declaration", at: "mesage", "mesage Draft { }"),
    Mistake("syntax", at: "{", "message { }"),
    Mistake("syntax", at: nil, "message Draft { 1: title }"),
    Mistake("syntax", at: "title", "message Draft { 1 title string }"),
    Mistake("syntax", at: "int32", "message Draft { 1: tags [string int32 }"),
    Mistake("syntax", at: "call", "message Draft { call save = 1 (A) -> B }"),
    Mistake("brace", at: "{", "message Draft { 1: title string"),
    Mistake("string", at: "\"", "message Draft { 1: a string = \"b }\n }"),
    Mistake("string", at: "\\q", "message Draft { 1: a string = \"\\q\" }"),
    Mistake("character", at: ";", "message Draft { 1: a string; }"),
    Mistake("number", at: "1.5", "message Draft { 1.5: a string }"),
    Mistake("number-range", at: "0:", "message Draft { 0: a string }"),
    Mistake("number-range", at: "19000", "message Draft { 19000: a string }"),
    Mistake("number-range", at: "536870912", "message Draft { 536870912: a string }"),
    Mistake("duplicate-number", at: "1: b", "message Draft { 1: a string  1: b string }"),
    Mistake("duplicate-name", at: "a int32", "message Draft { 1: a string  2: a int32 }"),
    Mistake("duplicate-name", at: "a_b", "message Draft { 1: aB string  2: a_b int32 }"),
    Mistake("duplicate-name", at: "Draft { 2", "message Draft { 1: a string }\nmessage Draft { 2: a string }"),
    Mistake("duplicate-name", at: "size uint32", "message Draft { 1: size uint32 = 1  2: has_size bool }"),
    Mistake("duplicate-name", at: "Line { }", "message Draft { message Line { } }\nmessage Line { 1: a bool }"),
    Mistake("name", at: "draft", "message draft { }"),
    Mistake("name", at: "aaaa", "message Draft { 1: \(String(repeating: "a", count: 65)) string }"),
    Mistake("name", at: "Title", "message Draft { 1: Title string }"),
    Mistake("name", at: "String", "message String { }"),
    Mistake("name", at: "encoded_size", "message Draft { 1: encoded_size uint32 }"),
    Mistake("reserved", at: "6: a", "message Draft { reserved 6\n 6: a string }"),
    Mistake("reserved", at: "10: a", "message Draft { reserved 9..12\n 10: a string }"),
    Mistake("reserved", at: "colour string", "message Draft { reserved \"colour\"\n 1: colour string }"),
    Mistake("reserved", at: "10", "message Draft { reserved 9..12, 10 }"),
    Mistake("reserved", at: "12..9", "message Draft { reserved 12..9 }"),
    Mistake("unknown-type", at: "strng", "message Draft { 1: a strng }"),
    Mistake("unknown-type", at: "list", "message Draft { 1: a list }"),
    Mistake("unknown-type", at: "Notes }", "message Draft { 1: a Notes }\nservice Notes = 1000 { }"),
    Mistake("map-key", at: "double", "message Draft { 1: a map<double, string> }"),
    Mistake("map-key", at: "bytes", "message Draft { 1: a map<bytes, string> }"),
    Mistake("set-element", at: "Draft>", "message Draft { 1: a set<Draft> }"),
    Mistake("set-element", at: "float", "message Draft { 1: a set<float> }"),
    Mistake("optional", at: "[string]?", "message Draft { 1: a [string]? }"),
    Mistake("union-member", at: "[string]", "union Body { 1: a [string] }"),
    Mistake("union-member", at: "string?", "union Body { 1: a string? }"),
    Mistake("union-member", at: "Body", "union Body { reserved 1 }"),
    Mistake("enum-zero", at: "Change", "enum Change { 1: created }"),
    Mistake("default", at: "\"x\"", "message Draft { 1: a int32 = \"x\" }"),
    Mistake("default", at: "3000000000", "message Draft { 1: a int32 = 3000000000 }"),
    Mistake("default", at: "-1", "message Draft { 1: a uint32 = -1 }"),
    Mistake("default", at: "1e999", "message Draft { 1: a double = 1e999 }"),
    Mistake("default", at: "yes", "message Draft { 1: a bool = yes }"),
    Mistake("default", at: "gone", "enum Change { 0: unknown }\nmessage Draft { 1: a Change = gone }"),
    Mistake("default", at: "1 }", "message Draft { 1: a [int32] = 1 }"),
    Mistake("default", at: "int32?", "message Draft { 1: a int32? = 1 }"),
    Mistake("default", at: "1 }", "message Draft { 1: a timestamp = 1 }"),
    Mistake("recursion", at: "Draft }", "message Draft { 1: child Draft }"),
    Mistake("option", at: "idempotent", "message Draft { 1: a string { idempotent } }"),
    Mistake("option", at: "obsolete", "message Draft { 1: a string { obsolete } }"),
    Mistake("nesting", at: "M17", nested(17)),
    Mistake("number-range", at: "0 {", "error Gone = 0 { }"),
    Mistake("duplicate-number", at: "1 { 1", "error Gone = 1 { }\nerror Lost = 1 { 1: a bool }"),
    Mistake("number-range", at: "999", "service Notes = 999 { }"),
    Mistake("duplicate-number", at: "1000 { reserved", "service A = 1000 { }\nservice B = 1000 { reserved 1 }"),
    Mistake("number-range", at: "1024", call("call save = 1024 (Draft) -> Draft")),
    Mistake(
      "duplicate-number", at: "1 (Draft) -> stream",
      call("call a = 1 (Draft) -> Draft\ncall b = 1 (Draft) -> stream Draft")),
    Mistake("call-type", at: "string", call("call save = 1 (string) -> Draft")),
    Mistake("call-type", at: "Change", call("call save = 1 (Change) -> Draft")),
    Mistake("throws", at: "Draft {", call("call save = 1 (Draft) -> Draft throws Draft { idempotent }")),
    Mistake("unknown-type", at: "Missing", call("call save = 1 (Draft) -> Draft throws Missing")),
    Mistake("option", at: "deadline", call("call save = 1 (Draft) -> Draft { deadline 2days }")),
    Mistake("option", at: "priority", call("call save = 1 (Draft) -> Draft { priority urgent }")),
    Mistake("option", at: "reply limit", call("call save = 1 (Draft) -> Draft { reply limit 2GiB }")),
    Mistake("option", at: "idempotent }", call("call save = 1 (Draft) -> Draft { idempotent  idempotent }")),
    Mistake("name", at: "descriptor", call("call descriptor = 1 (Draft) -> Draft")),
    Mistake("duplicate-name", at: "Notes = 1000", "message NotesClient { }\nservice Notes = 1000 { }"),
    Mistake("duplicate-name", at: "save = 1", call("call save = 1 (Draft) -> Draft") + "\nmessage SaveFailure { }"),
    Mistake(
      "duplicate-name", at: "save = 2", call("call save = 1 (Draft) -> Draft\n  call save = 2 (Draft) -> Draft")),
    Mistake("import", at: "\"gone.rpc\"", "import \"gone.rpc\""),
    Mistake("import", at: "\"/etc/passwd\"", "import \"/etc/passwd\""),
    Mistake("import", at: "import", "message Draft { 1: a common.A }\nimport \"common.rpc\""),
    Mistake("import", at: "\"notes.rpc\"", "import \"notes.rpc\""),
    Mistake("package", at: "package other", "package other"),
  ]

  private static func call(_ text: String) -> String {
    "message Draft { }\nenum Change { 0: unknown }\nerror Gone = 1 { }\nservice Notes = 1000 {\n\(text)\n}"
  }

  private static func nested(_ depth: Int) -> String {
    (1...depth).map { "message M\($0) {\n" }.joined() + String(repeating: "}\n", count: depth)
  }

  @Test(arguments: mistakes)
  func `is told once, with its rule and place`(_ mistake: Mistake) throws {
    let compilation = Snippets.inPackage(mistake.text, imports: ["common.rpc": "package common\nmessage A { }"])
    #expect(compilation.schema == nil)
    #expect(compilation.diagnostics.map(\.rule) == [mistake.rule], "\(compilation.diagnostics)")
    guard let at = mistake.at, let diagnostic = compilation.diagnostics.first else { return }
    #expect(diagnostic.source.dropFirst(diagnostic.column - 1).hasPrefix(at), "\(diagnostic)")
  }

  @Test func `a file without a package is told so`() {
    #expect(Snippets.compile("message Draft { }").diagnostics.map(\.rule) == ["package"])
    #expect(
      Snippets.compile("").diagnostics.map(\.description) == [
        """
        notes.rpc:1:1: error: a file begins with its package, as in `package notes`
         1 | 
           | ^
        """
      ])
  }

  @Test func `shows file, line, column, the line and a caret`() {
    let text = "message Draft {\n\t2: größe  strng\n}"
    #expect(
      Snippets.inPackage(text).diagnostics.map(\.description).last == """
        notes.rpc:3:12: error: there is no type `strng`; did you mean `string`?
         3 | \t2: größe  strng
           | \t          ^~~~~
        """)
  }

  @Test func `five mistakes are five errors in one run`() {
    let compilation = Snippets.compile(
      """
      package notes

      message Draft {
        1: title  strng
        2: tags   [string
        1: size   uint32
      }

      enum Change { 1: created }

      service Notes = 1007 {
        call save = 1 (Draft) -> Receipt
      }
      """)
    #expect(
      compilation.diagnostics.map { "\($0.line):\($0.column) \($0.rule)" } == [
        "4:13 unknown-type", "5:20 syntax", "6:3 duplicate-number", "9:6 enum-zero", "12:28 unknown-type",
      ])
    #expect(compilation.diagnostics.first?.message == "there is no type `strng`; did you mean `string`?")
  }

  @Test func `a broken option block does not end the service`() {
    let compilation = Snippets.inPackage(
      """
      message Draft { }
      service Notes = 1007 {
        call save = 1 (Draft) -> Draft { dedline 2s  idempotent }
        call load = 2 (Draft) -> Draft { deadline }
        call drop = 3 (Draft) -> Missing
      }
      """)
    #expect(compilation.diagnostics.map(\.rule) == ["option", "syntax", "unknown-type"])
  }

  @Test func `a forgotten brace does not swallow what follows`() {
    let compilation = Snippets.inPackage(
      """
      enum Change { 0: unknown
      message Draft { 1: change Change  2: body Missing }
      """)
    #expect(compilation.diagnostics.map(\.rule) == ["brace", "unknown-type"])
  }

  @Test func `there is a bound on what one file reports`() {
    let text = (1...500).map { "message Draft\($0) { 1: a Missing }\n" }.joined()
    #expect(Snippets.inPackage(text).diagnostics.count == Limits.diagnosticsPerFile)
  }

  @Test func `an import that nothing needs is a warning`() {
    let compilation = Snippets.inPackage("import \"common.rpc\"", imports: ["common.rpc": "package common"])
    #expect(compilation.schema != nil && !compilation.hasErrors)
    #expect(
      compilation.diagnostics.map { "\($0.severity): \($0.message)" } == ["warning: nothing of this file is used"])
  }

  @Test func `diagnostics are JSON for tools`() {
    let diagnostic = Snippets.inPackage("message Draft { 1: a string = \"\\q\" }").diagnostics.first
    #expect(
      diagnostic?.json == """
        {"severity":"error","rule":"string","path":"notes.rpc","line":2,"column":32,\
        "message":"a string knows the escapes \\\\n, \\\\t, \\\\\\" and \\\\\\\\"}
        """)
  }
}
