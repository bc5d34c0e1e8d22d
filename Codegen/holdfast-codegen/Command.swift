import HoldfastCompiler

/// One run of the tool.
struct Command {
  private let name: String?
  private let arguments: ArraySlice<String>

  static let help = """
    holdfast-codegen makes Swift, references and protobuf of definition files.

    holdfast-codegen generate [--messages DIR] [--entities DIR] [--client DIR] [--server DIR] [--fakes DIR]
                              [--access public|internal] [--import MODULE]... [--module MODULE]
                              [--keep-empty] FILE...
        Writes NAME.messages.generated.swift and so on. --import names the module that holds the messages, when
        client, server and fakes are in another; --module names the module that the files become part of.
        --keep-empty also writes files that have nothing to declare.
    holdfast-codegen check FILE...
        Tells every mistake with file, line and column.
    holdfast-codegen format [--check] FILE...
        Lays the files out in the one way; with --check only tells which are not.
    holdfast-codegen compatible [--wire] OLD NEW
        Tells what in NEW breaks programs made for OLD. Both are files or folders. With --wire only what breaks
        programs that are already built, and not what they have to change when they are built again.
    holdfast-codegen reference [--output FILE] FILE...
        Writes a reference for people, in Markdown.
    holdfast-codegen proto [--output DIR] [--descriptor-set FILE] FILE...
        Exports to protobuf, as .proto files and as a FileDescriptorSet.

    --json makes diagnostics one JSON object a line. Files may be folders. Imports are looked for from the folder of
    the file that imports. Exit status: 0 done, 1 mistakes or differences, 2 not understood.
    """

  init(_ arguments: ArraySlice<String>) {
    name = arguments.first
    self.arguments = arguments.dropFirst()
  }

  func run() throws -> ExitStatus {
    guard let name else { throw UsageError(message: "which command?") }
    if name == "--help" || name == "-h" || name == "help" || arguments.contains("--help") {
      Console.output(Self.help)
      return .done
    }
    switch name {
    case "generate": return try generate()
    case "check": return try check()
    case "compatible": return try compatible()
    case "format": return try format()
    case "proto": return try proto()
    case "reference": return try reference()
    default: throw UsageError(message: "unknown command \(name)")
    }
  }

  // MARK: Commands

  private func check() throws -> ExitStatus {
    let arguments = try Arguments(arguments, flags: ["--json"], options: [])
    return try compile(arguments.rest, json: arguments.flags.contains("--json")) == nil ? .failed : .done
  }

  private func generate() throws -> ExitStatus {
    let folders: KeyValuePairs<String, SwiftFileKind> = [
      "--messages": .messages, "--entities": .entities, "--client": .client, "--server": .server,
      "--fakes": .fake,
    ]
    let arguments = try Arguments(
      arguments, flags: ["--json", "--keep-empty"],
      options: Set(folders.map(\.key)).union(["--access", "--import", "--module"]))
    let access = try arguments.value("--access") ?? "public"
    guard let access = SwiftOptions.Access(rawValue: access) else {
      throw UsageError(message: "--access is public or internal")
    }
    let options = SwiftOptions(
      access: access, imports: arguments.values["--import"] ?? [], module: try arguments.value("--module"))
    guard !arguments.values.keys.filter({ key in folders.contains { $0.key == key } }).isEmpty else {
      throw UsageError(message: "generate needs a folder: --messages, --entities, --client, --server or --fakes")
    }
    guard let schema = try compile(arguments.rest, json: arguments.flags.contains("--json")) else { return .failed }
    for (option, kind) in folders {
      guard let folder = try arguments.value(option) else { continue }
      for file in schema.roots {
        let always = arguments.flags.contains("--keep-empty")
        guard let text = schema.swift(kind, of: file, options: options, always: always) else { continue }
        try Files.write(Array(text.utf8), to: "\(folder)/\(kind.fileName(for: file))")
      }
    }
    return .done
  }

  private func format() throws -> ExitStatus {
    let arguments = try Arguments(arguments, flags: ["--check", "--json"], options: [])
    var status = ExitStatus.done
    for path in try Self.paths(arguments.rest) {
      let source = try Files.source(path)
      let (text, diagnostics) = Formatter.format(source)
      report(diagnostics, json: arguments.flags.contains("--json"))
      guard let text else {
        status = .failed
        continue
      }
      if !arguments.flags.contains("--check") {
        try Files.write(Array(text.utf8), to: path)
      } else if text != source.text {
        Console.output("\(path) is not formatted")
        status = .failed
      }
    }
    return status
  }

  private func compatible() throws -> ExitStatus {
    let arguments = try Arguments(arguments, flags: ["--json", "--wire"], options: [])
    guard arguments.rest.count == 2 else { throw UsageError(message: "compatible takes OLD and NEW") }
    let json = arguments.flags.contains("--json")
    guard let old = try compile([arguments.rest[0]], json: json), let new = try compile([arguments.rest[1]], json: json)
    else { return .failed }
    let found = new.incompatibilities(with: old).filter { $0.impact == .wire || !arguments.flags.contains("--wire") }
    for incompatibility in found { Console.output(json ? incompatibility.json : incompatibility.description) }
    return found.isEmpty ? .done : .failed
  }

  private func reference() throws -> ExitStatus {
    let arguments = try Arguments(arguments, flags: ["--json"], options: ["--output"])
    let output = try arguments.value("--output")
    guard let schema = try compile(arguments.rest, json: arguments.flags.contains("--json")) else { return .failed }
    let text = schema.reference()
    if let output { try Files.write(Array(text.utf8), to: output) } else { Console.output(text) }
    return .done
  }

  private func proto() throws -> ExitStatus {
    let arguments = try Arguments(arguments, flags: ["--json"], options: ["--output", "--descriptor-set"])
    let output = try arguments.value("--output")
    let descriptorSet = try arguments.value("--descriptor-set")
    guard let schema = try compile(arguments.rest, json: arguments.flags.contains("--json")) else { return .failed }
    if let descriptorSet { try Files.write(schema.descriptorSet, to: descriptorSet) }
    for file in schema.files {
      let (path, text) = schema.proto(of: file)
      if let output {
        try Files.write(Array(text.utf8), to: "\(output)/\(path)")
      } else if descriptorSet == nil, file.isRoot {
        Console.output(text)
      }
    }
    return .done
  }

  // MARK: Steps

  /// Checks files with their imports and prints what is wrong. Nil when there are errors.
  private func compile(_ paths: [String], json: Bool) throws -> Schema? {
    var sources: [SourceFile] = []
    for path in try Self.paths(paths) { sources.append(try Files.source(path)) }
    let compilation = Compilation(sources) { path in try? Files.source(path) }
    report(compilation.diagnostics, json: json)
    return compilation.schema
  }

  private func report(_ diagnostics: [Diagnostic], json: Bool) {
    for diagnostic in diagnostics {
      if json { Console.output(diagnostic.json) } else { Console.error(diagnostic.description) }
    }
    let count = diagnostics.count { $0.severity == .error }
    if !json, count > 0 { Console.error("\(count) error\(count == 1 ? "" : "s")") }
  }

  /// The definition files that the arguments name, folders opened.
  private static func paths(_ arguments: [String]) throws -> [String] {
    guard !arguments.isEmpty else { throw UsageError(message: "which files?") }
    return try arguments.flatMap { try Files.definitions(in: $0) }
  }
}
