extension Command {
  static let `import` = Command(
    name: "import",
    summary: "Stores the values of a file that `export` has made.",
    details: """
      Nothing is stored unless the file is whole and its checksum right. An import that was interrupted goes on where it
      was when it is given again. Values that expire keep the end that they had; those that have ended are left out.
      """,
    positionals: [Positional(name: "FILE", summary: "The file.")],
    options: [
      .flag("--keep", "Leave values that the space has as they are; they are replaced unless this is given."), .space,
    ],
    connection: HubLocation.options,
    examples: ["holdfast import notes.jsonl --space notes --data ./hub"],
    run: { arguments, console in
      let file = arguments.positional("FILE") ?? ""
      let hub = try await Client.connect(arguments)
      let location = try HubLocation(arguments, environment: Program.environment)
      let result = try await SpaceImport(
        hub: hub, address: location.address, space: arguments.space, file: file,
        keepsExisting: arguments.has("--keep"), console: console
      ).run()
      var text = "\(result.stored) values stored"
      if result.kept > 0 { text += ", \(result.kept) kept as they were" }
      if result.expired > 0 { text += ", \(result.expired) left out that have ended" }
      if result.resumed > 0 { text += ", \(result.resumed) dealt with by an earlier import" }
      console.result(
        text,
        json: [
          "file": .string(file), "space": .string(arguments.space), "stored": .integer(result.stored),
          "kept": .integer(result.kept), "expired": .integer(result.expired), "resumed": .integer(result.resumed),
        ])
      return .done
    })
}
