extension Command {
  static let export = Command(
    name: "export",
    summary: "Writes the values of a space to a file that `import` reads, one JSON object a line.",
    details: """
      The file has the values as they are when the export ends, also when others change them meanwhile, and a checksum at
      its end. An export that was interrupted goes on where it was when it is given again: until it is whole, it is in
      FILE.part.
      """,
    positionals: [Positional(name: "FILE", summary: "The file to make; nobody else may read it.")],
    options: [.value("--prefix", "PREFIX", "Only keys that begin so."), .space],
    connection: HubLocation.options,
    examples: ["holdfast export notes.jsonl --space notes --data ./hub"],
    run: { arguments, console in
      let file = arguments.positional("FILE") ?? ""
      let hub = try await Client.connect(arguments)
      let export = SpaceExport(
        hub: hub, space: arguments.space, prefix: arguments["--prefix"] ?? "", file: file, console: console)
      let result = try await export.run()
      let earlier = result.resumed > 0 ? ", \(result.resumed) of them by an earlier export" : ""
      console.result(
        "\(result.values) values, \(Quantity.describe(bytes: result.bytes))\(earlier)",
        json: [
          "file": .string(file), "space": .string(export.space), "values": .integer(result.values),
          "bytes": .integer(result.bytes), "resumed": .integer(result.resumed),
        ])
      return .done
    })
}
