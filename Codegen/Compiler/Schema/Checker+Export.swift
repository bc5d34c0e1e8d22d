/// Clashes that only the export to protobuf would have.
extension Checker {
  /// Protobuf puts enum values and map entries into the scope around them; there they must not meet.
  mutating func checkExportedNames(_ built: [Schema.File]) {
    var packageNames: [String: Set<String>] = [:]
    for (index, file) in built.enumerated() {
      var names = packageNames[file.package] ?? []
      checkExportedNames(file.types, in: index, taken: &names)
      packageNames[file.package] = names
    }
  }

  private mutating func checkExportedNames(_ types: [TypeDeclaration], in file: Int, taken: inout Set<String>) {
    for type in types {
      for value in type.values {
        let name = ProtoNames.value(value.name, of: type.name)
        if !taken.insert(name).inserted, let place = declared[type.qualifiedName], place.file == file {
          error(
            "duplicate-name", "in the export to protobuf `\(type.name)` and another enum beside it both have `\(name)`",
            in: file, at: place.syntax.name.range)
        }
      }
      var inner: Set<String> = Set(type.nested.map(\.name))
      for field in type.fields {
        guard case .map = field.type else { continue }
        let entry = ProtoNames.mapEntry(field.name)
        if !inner.insert(entry).inserted, let place = declared[type.qualifiedName], place.file == file {
          error(
            "duplicate-name", "in the export to protobuf the map `\(field.name)` needs the name `\(entry)`", in: file,
            at: place.syntax.name.range)
        }
      }
      checkExportedNames(type.nested, in: file, taken: &inner)
    }
  }
}
