import HoldfastCompiler
import Testing

@Suite struct FormatterTests {
  private func format(_ text: String) -> String? {
    Formatter.format(SourceFile(path: "notes.rpc", text: text)).text
  }

  @Test func `the sample is laid out so`() {
    #expect(
      format(Snippets.sample) == """
        package notes

        /// What happened to a note.
        enum Change { 0: unknown  1: created  2: edited }

        message Draft {
          1: title  string
          2: tags   [string]
          3: due    timestamp?  // presence is kept
          4: extra  map<string, string>
          5: size   uint32 = 1  // default
          reserved 6, 9..12, "colour"
        }

        union Body { 1: text string  2: image bytes }

        error TooMany = 1 { 1: limit uint32 }

        message Receipt { 1: id uuid }
        message Query { 1: text string  2: kinds set<Change> }
        message Chunk { 1: content bytes }
        message Line { 1: text string }

        service Notes = 1007 {
          /// Stores a draft.
          call save   = 1 (Draft) -> Receipt throws TooMany  { deadline 2s  priority high }
          call find   = 2 (Query) -> stream Draft            { idempotent }
          call upload = 3 (stream Chunk) -> Receipt          { request limit 1MiB  reply limit 64KiB }
          call talk   = 4 (stream Line) -> stream Line
        }

        /// Synced between devices.
        entity Note = "note" version 2 merge fields {
          key id     uuid
          1: title   string
          2: body    string       { merge manual }
          3: likes   int64        { merge counter }
          4: tags    set<string>  { merge set }
          5: read    bool         { merge timestamp }
          6: folder  uuid?        { merge client }
          reserved 7..8
          lane by folder
          subject by title
          collection note_book
          upgrade 1 { drop 7  move 8 to 1 }
        }

        """)
  }

  @Test func `an entity is laid out like a message`() {
    #expect(
      format(
        """
        package notes
        entity  Note="note"   version 3 merge client{key id uuid // who
        1:title string{merge manual} // what
        reserved 2,3
        // steps
        upgrade 1{drop 2 // gone
        }
        upgrade 2 { move 3 to 1
        drop 4 }
        }
        entity Folder = "folder" version 1 merge server { key id uuid  1: name string }
        """) == """
          package notes

          entity Note = "note" version 3 merge client {
            key id    uuid                      // who
            1: title  string  { merge manual }  // what
            reserved 2, 3
            // gone
            // steps
            upgrade 1 { drop 2 }
            upgrade 2 { move 3 to 1  drop 4 }
          }

          entity Folder = "folder" version 1 merge server { key id uuid  1: name string }

          """)
  }

  @Test func `blanks and line ends of the author do not matter`() {
    #expect(
      format(
        """
        package   notes
        import "a.rpc"
        message Draft { 1:title string
        2 :tags[ string ]{deprecated   "x"} }
        enum E{0:a
        }
        message M {
          1: a bool


          2: longer set< uuid >

        }
        message Empty {
        }
        """) == """
          package notes
          import "a.rpc"

          message Draft {
            1: title  string
            2: tags   [string]  { deprecated "x" }
          }

          enum E {
            0: a
          }

          message M {
            1: a  bool

            2: longer  set<uuid>
          }

          message Empty { }

          """)
  }

  @Test func `every comment stays`() {
    let text = """
      // first

      // second
      package notes // of the package
      // before the message
      /// doc
      message Draft { // after the brace
        // own line
        1: a string // of a
        2: b int32 { // inside b
          deprecated }
        /// doc of c
        3: c bool  // of c

        // last
      } // after

      enum E { 0: a /* no */ }
      // end
      """.replacing(" /* no */", with: "")
    #expect(
      format(text) == """
        // first

        // second
        package notes  // of the package

        // before the message
        /// doc
        message Draft {
          // after the brace
          // own line
          1: a  string  // of a
          // inside b
          2: b  int32  { deprecated }
          /// doc of c
          3: c  bool    // of c

          // last
        }  // after

        enum E { 0: a }
        // end

        """)
  }

  @Test func `nested types are set off`() {
    #expect(
      format("package a\nmessage A {\n 1: a bool\n enum E { 0: a }\n message B {\n 1: b bool\n }\n 2: c bool\n}") == """
        package a

        message A {
          1: a  bool
          enum E { 0: a }

          message B {
            1: b  bool
          }

          2: c  bool
        }

        """)
  }

  @Test func `a file with mistakes is left alone`() {
    let result = Formatter.format(SourceFile(path: "notes.rpc", text: "package notes\nmessage {"))
    #expect(result.text == nil)
    #expect(result.diagnostics.count == 1)
  }

  @Test(arguments: 0..<200)
  func `formatting twice changes nothing more, and nothing of the meaning`(seed: Int) throws {
    let text = Shuffle.blanks(of: Snippets.sample, seed: UInt64(seed))
    let once = try #require(format(text), "\(text)")
    #expect(format(once) == once)
    let before = try #require(Snippets.compile(text).schema)
    let after = try #require(Snippets.compile(once).schema)
    #expect(after.descriptorSet == before.descriptorSet)
    let comments = text.split(separator: "\n").count { $0.contains("//") }
    #expect(once.split(separator: "\n").count { $0.contains("//") } == comments)
  }
}

/// Changes only what the formatter may change back.
private enum Shuffle {
  static func blanks(of text: String, seed: UInt64) -> String {
    var random = SeededGenerator(state: seed)
    var result = ""
    var inComment = false
    var inString = false
    for character in text {
      if character == "\n" { inComment = false }
      if result.hasSuffix("//") { inComment = true }
      if character == "\"", !inComment { inString.toggle() }
      result.append(character)
      guard !inComment, !inString, " {},".contains(character) else { continue }
      switch Int.random(in: 0..<12, using: &random) {
      case 0: result += "  "
      case 1 where character != " ": result += "\n"
      case 2 where character == ",": result += " // why\n"
      case 3 where character == "{": result += "\n\n// note\n"
      default: break
      }
    }
    return result
  }
}
