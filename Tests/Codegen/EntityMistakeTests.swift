import HoldfastCompiler
import Testing

/// What may be wrong with an entity, each mistake told once, with its rule and place.
@Suite struct EntityMistakeTests {
  typealias Mistake = MistakeTests.Mistake

  private static func entity(
    _ rule: String, at: String?, _ members: String, version: Int = 3, merge: String = "fields"
  ) -> Mistake {
    Mistake(rule, at: at, "entity Note = \"note\" version \(version) merge \(merge) {\n\(members)\n}")
  }

  private static func field(_ rule: String, at: String, _ field: String) -> Mistake {
    let types = "\nmessage Part { }\nenum Colour { 0: none }"
    return Mistake(rule, at: at, "entity Note = \"note\" version 1 merge fields { key id uuid  1: \(field) }" + types)
  }

  static let mistakes: [Mistake] = [
    Mistake("syntax", at: "{ }", "entity Note { }"),
    Mistake("syntax", at: "note", "entity Note = note version 1 merge fields { }"),
    Mistake("syntax", at: "merge", "entity Note = \"note\" merge fields { }"),
    Mistake("syntax", at: "{ key", "entity Note = \"note\" version 1 { key id uuid  1: a bool }"),
    Mistake("syntax", at: "{ key", "entity Note = \"note\" version 1 merge { key id uuid  1: a bool }"),
    Mistake("brace", at: "{", "entity Note = \"note\" version 1 merge fields { key id uuid  1: a bool"),
    entity("syntax", at: nil, "key id\n1: a bool"),
    entity("syntax", at: nil, "key id uuid\n1: a bool\n message Part { }"),
    entity("syntax", at: "a }", "key id uuid\n1: a bool\nupgrade 1 { drop a }"),
    entity("syntax", at: "4 }", "key id uuid\n1: a bool\nupgrade 1 { move 3 4 }"),
    entity("syntax", at: "keep", "key id uuid\n1: a bool\nupgrade 1 { keep 3 }"),
    entity("syntax", at: "a", "key id uuid\n1: a bool\nlane a"),
    entity("number-range", at: "0 merge", "key id uuid\n1: a bool", version: 0),
    entity("number-range", at: "4294967296", "key id uuid\n1: a bool", version: 4_294_967_296),
    entity("merge", at: "counter", "key id uuid\n1: a bool", merge: "counter"),
    entity("merge", at: "theirs", "key id uuid\n1: a bool", merge: "theirs"),
    entity("entity-key", at: "Note", "1: a bool"),
    entity("entity-key", at: "key other", "key id uuid\nkey other uuid\n1: a bool"),
    entity("entity-key", at: "bool", "key id bool\n1: a bool"),
    entity("entity-key", at: "double", "key id double\n1: a bool"),
    entity("entity-key", at: "timestamp", "key id timestamp\n1: a bool"),
    entity("entity-key", at: "Note", "key id Note\n1: a bool"),
    entity("duplicate-name", at: "a bool", "key a uuid\n1: a bool"),
    entity("name", at: "Id", "key Id uuid\n1: a bool"),
    entity("name", at: "entity_key", "key id uuid\n1: entity_key bool"),
    entity("entity-field", at: "Note", "key id uuid"),
    entity("lane", at: "folde\n", "key id uuid\n1: folder uuid\nlane by folde\n"),
    entity("lane", at: "a", "key id uuid\n1: a [uuid]\nlane by a"),
    entity("lane", at: "a", "key id uuid\n1: a bool\nlane by a"),
    entity("lane", at: "a", "key id uuid\n1: a uint32 = 1\nlane by a"),
    entity("lane", at: "a", "key id uuid\n1: a uint32 { merge counter }\nlane by a"),
    entity("lane", at: "lane by b", "key id uuid\n1: a uuid\n2: b uuid\nlane by a\nlane by b"),
    entity("syntax", at: "a", "key id uuid\n1: a string\nsubject a"),
    entity("subject", at: "autho\n", "key id uuid\n1: author string\nsubject by autho\n"),
    entity("subject", at: "a", "key id uuid\n1: a [string]\nsubject by a"),
    entity("subject", at: "a", "key id uuid\n1: a bytes\nsubject by a"),
    entity("subject", at: "a", "key id uuid\n1: a string = \"x\"\nsubject by a"),
    entity("subject", at: "subject by b", "key id uuid\n1: a uuid\n2: b uuid?\nsubject by a\nsubject by b"),
    entity("name", at: "Notes", "key id uuid\n1: a bool\ncollection Notes"),
    entity("name", at: "collection\n", "key id uuid\n1: a bool\ncollection collection\n"),
    entity("collection", at: "collection b", "key id uuid\n1: a bool\ncollection a\ncollection b"),
    entity("upgrade", at: "3 {", "key id uuid\n1: a bool\nreserved 2\nupgrade 3 { drop 2 }"),
    entity("upgrade", at: "0 {", "key id uuid\n1: a bool\nreserved 2\nupgrade 0 { drop 2 }"),
    entity(
      "upgrade", at: "1 { drop 4",
      "key id uuid\n1: a bool\nreserved 2, 4\nupgrade 1 { drop 2 }\nupgrade 1 { drop 4 }"),
    entity("upgrade", at: "upgrade 1 { }", "key id uuid\n1: a bool\nupgrade 1 { }"),
    entity("upgrade", at: "1 }", "key id uuid\n1: a bool\nupgrade 1 { drop 1 }"),
    entity("upgrade", at: "7 }", "key id uuid\n1: a bool\nreserved 6\nupgrade 1 { drop 6  drop 7 }"),
    entity("upgrade", at: "2 to 1", "key id uuid\n1: a bool\nreserved 2\nupgrade 1 { drop 2  move 2 to 1 }"),
    entity("upgrade", at: "1 }", "key id uuid\n1: a bool\nreserved 2..3\nupgrade 1 { move 2 to 1  move 3 to 1 }"),
    entity("upgrade", at: "7", "key id uuid\n1: a bool\nreserved 2\nupgrade 1 { move 2 to 7 }"),
    entity("number-range", at: "0 }", "key id uuid\n1: a bool\nupgrade 1 { drop 0 }"),
    field("merge", at: "counter", "a string { merge counter }"),
    field("merge", at: "counter", "a int64? { merge counter }"),
    field("merge", at: "counter", "a int64 = 1 { merge counter }"),
    field("merge", at: "counter", "a bool { merge counter }"),
    field("merge", at: "counter", "a double { merge counter }"),
    field("merge", at: "counter", "a Colour { merge counter }"),
    field("merge", at: "counter", "a [int64] { merge counter }"),
    field("merge", at: "set }", "a [string] { merge set }"),
    field("merge", at: "set }", "a map<string, string> { merge set }"),
    field("merge", at: "append", "a string { merge append }"),
    field("merge", at: "append", "a set<string> { merge append }"),
    field("merge", at: "append", "a map<string, Part> { merge append }"),
    field("merge", at: "fields }", "a string { merge fields }"),
    field("merge", at: "newest", "a string { merge newest }"),
    field("option", at: "merge client", "a string { merge server  merge client }"),
    field("option", at: "idempotent", "a string { idempotent }"),
    field("syntax", at: "}", "a string { merge }"),
    Mistake("option", at: "merge", "message Draft { 1: a string { merge client } }"),
    Mistake(
      "option", at: "merge",
      "message Draft { }\nservice Notes = 1000 {\ncall save = 1 (Draft) -> Draft { merge client }\n}"),
    Mistake("entity-type", at: "\"Note\"", "entity Note = \"Note\" version 1 merge fields { key id uuid  1: a bool }"),
    Mistake("entity-type", at: "\"\"", "entity Note = \"\" version 1 merge fields { key id uuid  1: a bool }"),
    Mistake(
      "duplicate-name", at: "\"note\" version 2",
      """
      entity Note = "note" version 1 merge fields { key id uuid  1: a bool }
      entity Memo = "note" version 2 merge fields { key id uuid  1: a bool }
      """),
    Mistake(
      "duplicate-name", at: "notes }",
      """
      entity Note = "note" version 1 merge fields { key id uuid  1: a bool }
      entity Memo = "memo" version 2 merge fields { key id uuid  1: a bool  collection notes }
      """),
    Mistake(
      "duplicate-name", at: "Note =",
      "message NoteConflict { }\nentity Note = \"note\" version 1 merge fields { key id uuid  1: a bool }"),
    Mistake(
      "name", at: "Delta",
      "message Delta { }\nentity Note = \"note\" version 1 merge fields { key id uuid  1: a bool }"),
    Mistake(
      "entity-use", at: "Note }",
      "entity Note = \"note\" version 1 merge fields { key id uuid  1: a bool }\nmessage M { 1: note Note }"),
    Mistake(
      "entity-use", at: "Note }", "entity Note = \"note\" version 1 merge fields { key id uuid  1: parent Note }"),
    Mistake(
      "call-type", at: "Note)",
      """
      entity Note = "note" version 1 merge fields { key id uuid  1: a bool }
      message M { }
      service Notes = 1000 {
        call save = 1 (Note) -> M
      }
      """),
  ]

  @Test(arguments: mistakes)
  func `is told once, with its rule and place`(_ mistake: Mistake) throws {
    let compilation = Snippets.inPackage(mistake.text)
    #expect(compilation.schema == nil)
    #expect(compilation.diagnostics.map(\.rule) == [mistake.rule], "\(compilation.diagnostics)")
    guard let at = mistake.at, let diagnostic = compilation.diagnostics.first else { return }
    #expect((diagnostic.source.dropFirst(diagnostic.column - 1) + "\n").hasPrefix(at), "\(diagnostic)")
  }

  @Test func `names of generated types are free where there is no entity`() {
    #expect(Snippets.inPackage("message Delta { }\nmessage Field { }").schema != nil)
  }

  @Test func `many mistakes in one entity are told in one run`() {
    let compilation = Snippets.compile(
      """
      package notes

      entity Note = "My Note" version 2 merge best {
        key id    float
        1: title  string  { merge counter }
        2: tags   [strng]
        lane by folder
        upgrade 2 { drop 1 }
      }
      """)
    #expect(
      compilation.diagnostics.map { "\($0.line):\($0.column) \($0.rule)" } == [
        "3:15 entity-type", "3:41 merge", "4:13 entity-key", "5:29 merge", "6:14 unknown-type", "7:11 lane",
        "8:11 upgrade",
      ])
  }

  @Test func `a broken step does not hide what follows`() {
    let compilation = Snippets.inPackage(
      """
      entity Note = "note" version 2 merge fields {
        key id uuid
        upgrade 1 { drop }
        1: a Missing
        lane by missing
      }
      """)
    #expect(compilation.diagnostics.map(\.rule) == ["syntax", "unknown-type"])
  }
}
