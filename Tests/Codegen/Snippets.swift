import HoldfastCompiler

/// Definition files for tests, without a disk.
enum Snippets {
  /// Compiles one file named notes.rpc; `imports` are found by path.
  static func compile(_ text: String, imports: [String: String] = [:]) -> Compilation {
    Compilation([SourceFile(path: "notes.rpc", text: text)]) { path in
      imports[path].map { SourceFile(path: path, text: $0) }
    }
  }

  /// Compiles what follows `package notes`.
  static func inPackage(_ text: String, imports: [String: String] = [:]) -> Compilation {
    compile("package notes\n" + text, imports: imports)
  }

  /// The Swift of one kind of what follows `package notes`; what is wrong instead when it does not compile.
  static func swift(_ kind: SwiftFileKind, _ text: String, options: SwiftOptions = SwiftOptions()) -> String {
    let compilation = inPackage(text)
    guard let schema = compilation.schema, let file = schema.roots.first else {
      return compilation.diagnostics.map(\.description).joined(separator: "\n")
    }
    return schema.swift(kind, of: file, options: options) ?? ""
  }

  /// The file from the design, with everything that the language has.
  static let sample = """
    package notes

    /// What happened to a note.
    enum Change { 0: unknown  1: created  2: edited }

    message Draft {
      1: title  string
      2: tags   [string]
      3: due    timestamp?            // presence is kept
      4: extra  map<string, string>
      5: size   uint32 = 1            // default
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
      call save   = 1 (Draft) -> Receipt throws TooMany      { deadline 2s  priority high }
      call find   = 2 (Query) -> stream Draft                { idempotent }
      call upload = 3 (stream Chunk) -> Receipt              { request limit 1MiB  reply limit 64KiB }
      call talk   = 4 (stream Line) -> stream Line
    }

    /// Synced between devices.
    entity Note = "note" version 2 merge fields {
      key id      uuid
      1: title    string
      2: body     string       { merge manual }
      3: likes    int64        { merge counter }
      4: tags     set<string>  { merge set }
      5: read     bool         { merge timestamp }
      6: folder   uuid?        { merge client }
      reserved 7..8
      lane by folder
      subject by title
      collection note_book
      upgrade 1 { drop 7  move 8 to 1 }
    }
    """
}
