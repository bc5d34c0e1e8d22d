/// Resolves names and finds everything that is wrong with files that could be parsed.
struct Checker {
  /// A type's place, known before its members are looked at.
  struct Declared {
    let file: Int
    let syntax: DeclarationSyntax
    let swiftName: String
  }

  var files: [ParsedFile]
  /// By qualified name.
  var declared: [String: Declared] = [:]
  /// Which files each file has really taken a type from.
  private var usedImports: [Int: Set<String>] = [:]

  init(_ files: [ParsedFile]) { self.files = files }

  mutating func check() -> Schema {
    for index in files.indices { checkPackage(index) }
    checkImportCycles()
    for index in files.indices { declareTypes(of: index) }
    checkNestedNames()
    checkEntityTypes()
    var built: [Schema.File] = []
    for index in files.indices {
      let file = files[index]
      var types: [TypeDeclaration] = []
      var services: [Service] = []
      for declaration in file.syntax.declarations {
        let scope = file.package.isEmpty ? [] : [file.package]
        if declaration.kind == .service {
          services.append(service(declaration, in: index))
        } else {
          types.append(type(declaration, in: index, scope: scope))
        }
      }
      built.append(
        Schema.File(
          path: file.path, package: file.package, imports: file.imports.map(\.path), types: types, services: services,
          isRoot: file.isRoot))
    }
    checkErrorNumbers()
    checkServiceNumbers()
    checkEntityNames(built)
    checkExportedNames(built)
    checkUnusedImports()
    built = markRecursion(built)
    var typesByName: [String: TypeDeclaration] = [:]
    for type in built.flatMap(\.allTypes) { typesByName[type.qualifiedName] = type }
    return Schema(files: built, typesByName: typesByName)
  }

  mutating func error(_ rule: String, _ message: String, in file: Int, at range: Range<Int>) {
    files[file].sink.error(rule, message, at: range)
  }

  // MARK: Files

  private mutating func checkPackage(_ index: Int) {
    guard let package = files[index].syntax.package else {
      error("package", "a file begins with its package, as in `package notes`", in: index, at: 0..<0)
      return
    }
    for part in package.name.text.split(separator: ".") where !isLowerName(String(part)) {
      error("name", "a package is written in lower case: `notes` or `notes.admin`", in: index, at: package.name.range)
      return
    }
  }

  /// Only of files without mistakes, since a mistake may be why nothing of an import is used.
  private mutating func checkUnusedImports() {
    guard files.allSatisfy({ $0.sink.diagnostics.isEmpty }) else { return }
    for index in files.indices {
      for line in files[index].imports where usedImports[index]?.contains(line.path) != true {
        files[index].sink.warning("import", "nothing of this file is used", at: line.range)
      }
    }
  }

  private mutating func checkImportCycles() {
    var indexByPath: [String: Int] = [:]
    for (index, file) in files.enumerated() { indexByPath[file.path] = index }
    // 0: not seen, 1: on the way, 2: done.
    var state = [Int](repeating: 0, count: files.count)
    for start in files.indices where state[start] == 0 {
      var path: [(file: Int, next: Int)] = [(start, 0)]
      state[start] = 1
      while let (file, next) = path.last {
        guard next < files[file].imports.count else {
          state[file] = 2
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        guard let target = indexByPath[files[file].imports[next].path] else { continue }
        if state[target] == 1 {
          error("import", "files import each other in a circle", in: file, at: files[file].imports[next].range)
        } else if state[target] == 0 {
          state[target] = 1
          path.append((target, 0))
        }
      }
    }
  }

  // MARK: Names

  private mutating func declareTypes(of index: Int) {
    for declaration in files[index].syntax.declarations {
      declare(declaration, in: index, prefix: files[index].package, outer: [])
    }
  }

  private mutating func declare(_ syntax: DeclarationSyntax, in file: Int, prefix: String, outer: [String]) {
    let name = syntax.name.text
    let qualifiedName = prefix.isEmpty ? name : "\(prefix).\(name)"
    if !isUpperName(name) {
      error(
        "name", "`\(name)`: names of types and services begin with a capital and have letters and digits only",
        in: file, at: syntax.name.range)
    } else if Names.takenTypes.contains(name) {
      error(
        "name", "`\(name)` would hide a type that generated Swift needs; choose another name", in: file,
        at: syntax.name.range)
    }
    if let earlier = declared[qualifiedName] {
      let place = files[earlier.file].syntax.source.position(at: earlier.syntax.name.range.lowerBound)
      error(
        "duplicate-name", "`\(name)` is declared already, at \(files[earlier.file].path):\(place.line)", in: file,
        at: syntax.name.range)
      return
    }
    declared[qualifiedName] = Declared(
      file: file, syntax: syntax, swiftName: (outer + [name]).joined(separator: "."))
    for case .declaration(let nested) in syntax.members {
      declare(nested, in: file, prefix: qualifiedName, outer: outer + [name])
    }
  }

  /// Nested types must not hide an outer one, since Swift would then take the wrong one; and what services generate
  /// must not clash with messages.
  private mutating func checkNestedNames() {
    var topLevel: [String: (file: Int, isService: Bool)] = [:]
    for (index, file) in files.enumerated() {
      for declaration in file.syntax.declarations {
        let isService = declaration.kind == .service
        let name = declaration.name.text
        if let earlier = topLevel[name], files[earlier.file].package != file.package {
          error(
            "duplicate-name",
            "`\(name)` is also declared in package `\(files[earlier.file].package)`; in Swift they would clash",
            in: index, at: declaration.name.range)
        }
        topLevel[name] = (index, isService)
      }
    }
    for (index, file) in files.enumerated() {
      for declaration in file.syntax.declarations {
        if declaration.kind == .service {
          for generated in [
            "\(declaration.name.text)Methods", "\(declaration.name.text)Client", "\(declaration.name.text)Service",
            "Fake\(declaration.name.text)",
          ]
          where topLevel[generated] != nil {
            error(
              "duplicate-name", "the service's generated `\(generated)` clashes with the declaration of that name",
              in: index, at: declaration.name.range)
          }
        }
        if declaration.kind == .entity, topLevel["\(declaration.name.text)Conflict"] != nil {
          error(
            "duplicate-name",
            "the entity's generated `\(declaration.name.text)Conflict` clashes with the declaration of that name",
            in: index, at: declaration.name.range)
        }
        checkHiding(declaration, outer: [], topLevel: Set(topLevel.keys), in: index)
      }
    }
  }

  private mutating func checkHiding(_ syntax: DeclarationSyntax, outer: [String], topLevel: Set<String>, in file: Int) {
    let name = syntax.name.text
    if !outer.isEmpty, outer.contains(name) || topLevel.contains(name) {
      error("duplicate-name", "`\(name)` hides another type of that name further out", in: file, at: syntax.name.range)
    }
    for case .declaration(let nested) in syntax.members {
      checkHiding(nested, outer: outer + [name], topLevel: topLevel, in: file)
    }
  }

  /// `Name`: a capital, then letters and digits.
  func isUpperName(_ name: String) -> Bool {
    guard let first = name.first, first.isUppercase else { return false }
    return !name.contains("_")
  }

  /// `name_like_this` or `nameLikeThis`.
  func isLowerName(_ name: String) -> Bool {
    guard let first = name.first, first.isLowercase, name.last != "_" else { return false }
    return !name.contains("__")
  }

  /// Finds a type from inside `scope` (outermost first), as protobuf does: inner scopes first, then outward.
  mutating func resolve(_ name: Name, scope: [String], in file: Int) -> (reference: TypeReference, Declared)? {
    var scopes = scope.flatMap { part in part.split(separator: ".").map(String.init) }
    while true {
      let candidate = (scopes + [name.text]).joined(separator: ".")
      if let found = declared[candidate] {
        let isVisible = found.file == file || files[file].imports.contains { $0.path == files[found.file].path }
        guard isVisible else {
          error(
            "import", "`\(name.text)` is declared in `\(files[found.file].path)`, which this file does not import",
            in: file, at: name.range)
          return nil
        }
        usedImports[file, default: []].insert(files[found.file].path)
        let reference = TypeReference(
          qualifiedName: candidate, swiftName: found.swiftName, isEnumeration: found.syntax.kind == .enumeration)
        return (reference, found)
      }
      if scopes.isEmpty { break }
      scopes.removeLast()
    }
    let known = Scalar.allCases.map(\.rawValue) + declared.values.map(\.syntax.name.text).sorted()
    let hint = Spelling.closest(to: name.text, in: known).map { "; did you mean `\($0)`?" } ?? ""
    error("unknown-type", "there is no type `\(name.text)`\(hint)", in: file, at: name.range)
    return nil
  }
}
