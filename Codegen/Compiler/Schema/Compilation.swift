/// Definition files with their imports, checked.
package struct Compilation: Sendable {
  /// Nil when there are errors.
  package let schema: Schema?
  /// Of all files, in the order of files and lines.
  package let diagnostics: [Diagnostic]
  /// The files that were read, in the same order as the schema's.
  package let sources: [SourceFile]

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Checks `roots` and all that they import. `load` gives the text of an imported path (already joined with the
  /// importing file's folder) or nil when there is none; it is asked once for each.
  package init(_ roots: [SourceFile], load: (String) -> SourceFile?) {
    var parsed: [ParsedFile] = []
    var indexByPath: [String: Int] = [:]
    var pending = roots.map { (source: $0, isRoot: true) }
    var next = 0
    while next < pending.count {
      let (source, isRoot) = pending[next]
      next += 1
      let path = Paths.normalised(source.path)
      guard indexByPath[path] == nil else { continue }
      var (syntax, sink) = Parser.parse(source)
      var imports: [ParsedFile.Import] = []
      for line in syntax.imports {
        guard line.path.text.hasSuffix(".rpc"), !line.path.text.hasPrefix("/") else {
          sink.error(
            "import", "an import is a path to an .rpc file, from this file's folder", at: line.path.range)
          continue
        }
        let target = Paths.joined(folderOf: path, line.path.text)
        if imports.contains(where: { $0.path == target }) || target == path {
          sink.error("import", "`\(line.path.text)` is imported already", at: line.path.range)
          continue
        }
        let isKnown = indexByPath[target] != nil || pending.contains { Paths.normalised($0.source.path) == target }
        if !isKnown {
          guard pending.count < Limits.files, let source = load(target) else {
            sink.error("import", "there is no file `\(target)`", at: line.path.range)
            continue
          }
          pending.append((SourceFile(path: target, text: source.text), false))
        }
        imports.append(ParsedFile.Import(path: target, range: line.path.range))
      }
      indexByPath[path] = parsed.count
      parsed.append(ParsedFile(path: path, syntax: syntax, sink: sink, imports: imports, isRoot: isRoot))
    }
    var checker = Checker(parsed)
    let schema = checker.check()
    diagnostics = checker.files.flatMap { file in
      file.sink.diagnostics.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }
    sources = checker.files.map(\.syntax.source)
    self.schema = diagnostics.contains { $0.severity == .error } ? nil : schema
  }
}

/// A file on its way through the checker.
struct ParsedFile {
  struct Import {
    let path: String
    let range: Range<Int>
  }

  let path: String
  let syntax: FileSyntax
  var sink: DiagnosticSink
  let imports: [Import]
  let isRoot: Bool
  var package: String { syntax.package?.name.text ?? "" }
}

/// Paths as text.
enum Paths {
  static func normalised(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/", omittingEmptySubsequences: true) {
      if part == "." { continue }
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  static func joined(folderOf path: String, _ relative: String) -> String {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    return normalised(folder + relative)
  }
}
