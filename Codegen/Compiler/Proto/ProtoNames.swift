/// How names of a definition look in protobuf.
enum ProtoNames {
  /// Enum values live in the scope around their enum, so they carry its name: `CHANGE_CREATED`.
  static func value(_ value: String, of enumeration: String) -> String {
    Names.upperSnake(enumeration) + "_" + Names.upperSnake(value)
  }

  /// The message that protobuf makes for a map's entries: `ExtraEntry`.
  static func mapEntry(_ field: String) -> String { Names.pascal(field) + "Entry" }

  /// The oneof of a union.
  static func oneof(of union: TypeDeclaration) -> String {
    union.fields.contains { $0.name == "value" } ? "choice" : "value"
  }
}
