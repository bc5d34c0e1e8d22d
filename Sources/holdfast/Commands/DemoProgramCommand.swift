extension Command {
  /// The demo's program, for one run of it.
  static let demoProgram = Command(
    name: "demo-program",
    summary: "Keeps the demo's settings sealed in a file, and asks for context.",
    positionals: [Positional(name: "STEP", summary: "save or ask.")],
    options: [
      .value("--state", "FILE", "Where its settings are."), .value("--key", "FILE", "The key that seals them."),
      .value("--device", "NAME", "Of ask: the device that it runs on."), .space,
    ],
    connection: HubLocation.options,
    isHidden: true,
    run: { arguments, console in
      guard let file = arguments["--state"], let key = arguments["--key"], let step = arguments.positional("STEP")
      else { throw UsageError(message: "demo-program: say which step, state and key", hint: nil) }
      let program = DemoProgram(console: console)
      if step == "save" {
        try await program.save(in: file, key: key)
      } else {
        let hub = try await Client.connect(arguments)
        try await program.ask(
          hub, space: arguments.space, device: arguments["--device"] ?? "", file: file, key: key)
      }
      return .done
    })
}
