import Foundation
import PackagePlugin

/// Generates Swift for the definition files (`*.rpc`) among a target's sources, each time that it is built.
///
/// By default everything that the target needs to serve, call and test its services becomes part of it, and its entities
/// too, with internal access. A file `holdfast-codegen.json` in the target's folder changes that:
/// `{"access": "public", "kinds": ["messages", "entities", "client", "server", "fakes"], "imports": ["NotesMessages"]}`.
@main
struct HoldfastCodegenPlugin: BuildToolPlugin {
  struct Configuration: Decodable {
    var access: String?
    var kinds: [Kind]?
    var imports: [String]?
  }

  enum Kind: String, Decodable, CaseIterable {
    case messages, entities, client, server, fakes

    /// The kind in the name of the generated file.
    var fileKind: String { self == .fakes ? "fake" : rawValue }
  }

  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let target = target as? any SourceModuleTarget else { return [] }
    let definitions = target.sourceFiles(withSuffix: ".rpc").map(\.url)
    guard !definitions.isEmpty else { return [] }
    let configurationFile = target.directoryURL.appending(path: "holdfast-codegen.json")
    var configuration = Configuration()
    if FileManager.default.fileExists(atPath: configurationFile.path) {
      configuration = try JSONDecoder().decode(Configuration.self, from: Data(contentsOf: configurationFile))
    }
    let folder = context.pluginWorkDirectoryURL
    var arguments = ["generate", "--keep-empty", "--access", configuration.access ?? "internal"]
    arguments += ["--module", target.moduleName]
    for module in configuration.imports ?? [] { arguments += ["--import", module] }
    var outputs: [URL] = []
    for kind in configuration.kinds ?? Kind.allCases {
      arguments += ["--\(kind.rawValue)", folder.path]
      for definition in definitions {
        let name = definition.deletingPathExtension().lastPathComponent
        outputs.append(folder.appending(path: "\(name).\(kind.fileKind).generated.swift"))
      }
    }
    return [
      .buildCommand(
        displayName: "Generating Swift for the definition files of \(target.name)",
        executable: try context.tool(named: "holdfast-codegen").url, arguments: arguments + definitions.map(\.path),
        inputFiles: definitions, outputFiles: outputs)
    ]
  }
}
