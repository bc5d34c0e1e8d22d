import HoldfastCompiler
import Testing

@Suite struct NameTests {
  @Test func `a file sees what it imports, and only that`() {
    let common = "package common\nmessage Money { 1: amount int64 }"
    let imports = [
      "common.rpc": common, "deep.rpc": "package deep\nimport \"common.rpc\"\nmessage Deep { 1: m common.Money }",
    ]
    #expect(
      Snippets.inPackage("import \"common.rpc\"\nmessage A { 1: m common.Money }", imports: imports).schema != nil)
    let indirect = Snippets.inPackage("import \"deep.rpc\"\nmessage A { 1: m common.Money }", imports: imports)
    #expect(
      indirect.diagnostics.map(\.message) == [
        "`common.Money` is declared in `common.rpc`, which this file does not import"
      ])
  }

  @Test func `imports are found from the importing file's folder`() {
    var asked: [String] = []
    _ = Compilation([SourceFile(path: "a/b/notes.rpc", text: "package notes\nimport \"../c/x.rpc\"")]) { path in
      asked.append(path)
      return SourceFile(path: path, text: "package x\nimport \"y.rpc\"")
    }
    #expect(asked == ["a/c/x.rpc", "a/c/y.rpc"])
  }

  @Test func `files may not import each other in a circle`() {
    let compilation = Snippets.inPackage("import \"a.rpc\"", imports: ["a.rpc": "package a\nimport \"notes.rpc\""])
    #expect(compilation.diagnostics.map(\.message) == ["files import each other in a circle"])
    #expect(compilation.diagnostics.map(\.path) == ["a.rpc"])
  }

  @Test func `names are looked for from the inside out`() {
    let text = """
      message Draft {
        1: part  Part
        2: own   Draft.Part
        3: full  notes.Draft.Part
        message Part { 1: kind Kind }
        enum Kind { 0: none }
      }
      message Other { 1: part Draft.Part }
      """
    #expect(Snippets.inPackage(text).diagnostics == [])
    #expect(Snippets.inPackage("message Other { 1: part Part }\nmessage Draft { message Part { } }").schema == nil)
  }

  @Test func `a package sees the packages around it`() {
    let compilation = Compilation([
      SourceFile(path: "a.rpc", text: "package app.notes\nimport \"b.rpc\"\nmessage A { 1: b common.B }")
    ]) { SourceFile(path: $0, text: "package app.common\nmessage B { }") }
    #expect(compilation.diagnostics == [])
  }

  @Test func `words of the language can be names`() {
    let text = """
      message Draft { 1: message string  2: reserved bool  3: default int32  4: stream bytes  5: deprecated bool }
      enum Change { 0: enum  1: call }
      service Notes = 1000 { call import = 1 (Draft) -> Draft }
      """
    #expect(Snippets.inPackage(text).diagnostics == [])
    #expect(Snippets.swift(.messages, text).contains("public var `default`: Int32 = 0"))
    #expect(Snippets.swift(.client, text).contains("func `import`("))
  }

  @Test func `two services of one run cannot share a number`() {
    let compilation = Compilation([
      SourceFile(path: "a.rpc", text: "package a\nservice A = 1000 { }"),
      SourceFile(path: "b.rpc", text: "package b\nservice B = 1000 { }"),
    ]) { _ in nil }
    #expect(compilation.diagnostics.map(\.message) == ["service number 1000 belongs to `A`"])
  }

  @Test func `the hub's packages have the low service numbers`() {
    #expect(Snippets.compile("package holdfast.notes\nservice Notes = 7 { }").diagnostics == [])
    #expect(Snippets.compile("package holdfastish\nservice Notes = 7 { }").diagnostics.map(\.rule) == ["number-range"])
  }

  @Test func `a circle of messages needs an end`() {
    let endless = Snippets.inPackage("message A { 1: b B }\nmessage B { 1: a A }")
    #expect(endless.diagnostics.map(\.rule) == ["recursion", "recursion"])
    for type in ["A?", "[A]", "map<string, A>", "U"] {
      let text = "message A { 1: b B }\nmessage B { 1: a \(type) }\nunion U { 1: a A }"
      #expect(Snippets.inPackage(text).diagnostics == [], "\(type)")
    }
  }

  @Test func `a comment directly above is documentation`() {
    let text = """
      /// Not this,

      //// nor this, but
      /// this
      ///
      ///  and this.
      message Draft { }
      """
    let schema = Snippets.inPackage(text).schema
    #expect(schema?.files[0].types[0].annotations.documentation == ["this", "", " and this."])
  }
}
