extension Schema {
  /// The `.proto` file of a definition file: its path among the exported files, and its text.
  package func proto(of file: File) -> (path: String, text: String) {
    (protoPath(of: file.path), ProtoEmitter(schema: self, file: file).emit())
  }

  /// All files and what they import from protobuf itself, as a serialized `google.protobuf.FileDescriptorSet`. Each
  /// file comes after those that it imports.
  package var descriptorSet: [UInt8] {
    var set = ProtoMessage()
    var done: Set<String> = []
    for well in WellKnownFile.allCases where files.contains(where: { protoImports(of: $0).contains(well.rawValue) }) {
      set.message(1, well.descriptor)
    }
    func add(_ file: File) {
      guard done.insert(file.path).inserted else { return }
      for path in file.imports {
        if let imported = files.first(where: { $0.path == path }) { add(imported) }
      }
      set.message(1, DescriptorEmitter(schema: self, file: file).descriptor())
    }
    for file in files { add(file) }
    return set.bytes
  }

  /// The path of the export of `path`, from the folder that holds all files.
  func protoPath(of path: String) -> String {
    let folders = files.map { $0.path.split(separator: "/", omittingEmptySubsequences: false).dropLast() }
    var common = folders.first ?? []
    for folder in folders {
      while !folder.starts(with: common) { common = common.dropLast() }
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(common.count)
    let relative = parts.joined(separator: "/")
    return (relative.hasSuffix(".rpc") ? String(relative.dropLast(4)) : relative) + ".proto"
  }

  /// What a file imports in protobuf.
  func protoImports(of file: File) -> [String] {
    let elements = Set(file.allTypes.flatMap(\.fields).map(\.type.element))
    let wellKnown = WellKnownFile.allCases.filter { elements.contains($0.element) }.map(\.rawValue)
    return wellKnown + file.imports.map(protoPath)
  }

  /// A default as descriptors have it: names of values, plain text of strings.
  func protoDefault(_ value: DefaultValue, of element: Element) -> String {
    switch value {
    case .bool(let value): value ? "true" : "false"
    case .signed(let value): String(value)
    case .unsigned(let value): String(value)
    case .floating(let text): text
    case .string(let text): text
    case .value(let name):
      if case .named(let reference) = element {
        ProtoNames.value(name, of: type(of: reference).name)
      } else {
        name
      }
    }
  }
}

extension TypeDeclaration {
  /// An enum's values with 0 first, as protobuf wants it.
  var protoValues: [EnumValue] { values.filter { $0.number == 0 } + values.filter { $0.number != 0 } }
}

extension Field {
  /// Whether presence has to be asked for: it is kept and protobuf would not keep it by itself.
  var hasExplicitPresence: Bool {
    switch type {
    case .optional(let element): !element.isMessage
    case .defaulted: true
    case .singular, .list, .set, .map: false
    }
  }
}

extension Call {
  var streamsRequests: Bool { shape == .clientStream || shape == .bidirectional }
  var streamsReplies: Bool { shape == .serverStream || shape == .bidirectional }
}

extension Scalar {
  /// The type in a `.proto` file.
  var protoName: String {
    switch self {
    case .timestamp: ".google.protobuf.Timestamp"
    case .duration: ".google.protobuf.Duration"
    case .uuid: "bytes"
    default: rawValue
    }
  }
}
