extension Checker {
  /// Finds types that hold themselves by value. Optional fields on such a circle get boxed storage and unions on it
  /// become indirect; a circle of plain fields has no end and is refused.
  mutating func markRecursion(_ built: [Schema.File]) -> [Schema.File] {
    let types = built.flatMap(\.allTypes)
    var edges: [String: [String]] = [:]
    var plainEdges: [String: [String]] = [:]
    for type in types {
      for field in type.fields {
        guard case .named(let target) = field.type.element, !target.isEnumeration else { continue }
        switch field.type {
        case .singular:
          edges[type.qualifiedName, default: []].append(target.qualifiedName)
          if type.kind != .union { plainEdges[type.qualifiedName, default: []].append(target.qualifiedName) }
        case .optional: edges[type.qualifiedName, default: []].append(target.qualifiedName)
        case .defaulted, .list, .set, .map: break
        }
      }
    }
    let circles = Graph.components(edges)
    let plainCircles = Graph.components(plainEdges)
    for (index, file) in built.enumerated() {
      for type in file.allTypes where type.kind != .union {
        for field in type.fields {
          guard case .singular(.named(let target)) = field.type,
            let circle = plainCircles[type.qualifiedName], circle == plainCircles[target.qualifiedName]
          else { continue }
          refuseCircle(field, of: type, in: index)
        }
      }
    }
    return built.map { file in
      Schema.File(
        path: file.path, package: file.package, imports: file.imports,
        types: file.types.map { marked($0, circles) }, services: file.services, isRoot: file.isRoot)
    }
  }

  private mutating func refuseCircle(_ field: Field, of type: TypeDeclaration, in file: Int) {
    guard let syntax = declared[type.qualifiedName]?.syntax else { return }
    for case .field(let written) in syntax.members where written.name.text == field.name {
      error(
        "recursion", "`\(type.name)` holds itself through `\(field.name)`; make the field optional (`?`) or a list",
        in: file, at: written.type.range)
    }
  }

  private func marked(_ type: TypeDeclaration, _ circles: [String: Int]) -> TypeDeclaration {
    var type = type
    type.nested = type.nested.map { marked($0, circles) }
    guard let circle = circles[type.qualifiedName] else { return type }
    type.isRecursive = true
    type.fields = type.fields.map { field in
      var field = field
      if case .optional(.named(let target)) = field.type { field.isIndirect = circles[target.qualifiedName] == circle }
      return field
    }
    return type
  }
}

/// Circles in a directed graph.
enum Graph {
  /// For each node on a circle, the number of its strongly connected component. Nodes on no circle are absent.
  static func components(_ edges: [String: [String]]) -> [String: Int] {
    var component: [String: Int] = [:]
    for (number, start) in edges.keys.sorted().enumerated() where component[start] == nil {
      let ahead = reachable(from: start, edges)
      guard ahead.contains(start) else { continue }
      for node in ahead where component[node] == nil && reachable(from: node, edges).contains(start) {
        component[node] = number
      }
    }
    return component
  }

  /// All that can be reached by one step or more.
  private static func reachable(from start: String, _ edges: [String: [String]]) -> Set<String> {
    var seen: Set<String> = []
    var pending = edges[start] ?? []
    while let node = pending.popLast() {
      if seen.insert(node).inserted { pending += edges[node] ?? [] }
    }
    return seen
  }
}
