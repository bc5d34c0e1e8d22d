import HoldfastContract
import HoldfastSDK

extension Command {
  static let contextWatch = Command(
    name: "context watch",
    summary: "Prints each change of context that concerns the asker, without a gap or a repeat.",
    details: """
      Goes on by itself when the hub was away. The cursor of the last change that was printed continues a watch that
      ended: give it to --cursor.
      """,
    positionals: [.contextPrefix],
    options: [
      .scope("all"), .device, .user,
      .value("--cursor", "CURSOR", "Begin after the change that had this cursor, not with now."),
      .flag("--content", "With --json: the contents too."), .value("--limit", "N", "End after so many changes."),
      .flag("--until-caught-up", "End when all changes so far have been printed."), .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast context watch --data ./hub",
      "holdfast context watch ui/ --device kiosk-7 --json --content --data ./hub",
    ],
    run: { arguments, console in
      var left = try arguments.count("--limit", in: 1...Int.max) ?? .max
      let withContent = try arguments.wantsContent(console)
      let request = ContextWatchRequest(
        view: try arguments.view(), prefix: arguments.positional("PREFIX") ?? "", cursor: try arguments.cursor(),
        bare: !withContent)
      let hub = try await Client.connect(arguments)
      for try await change in hub.context.changes(request) {
        if change.kind == .caughtUp {
          if arguments.has("--until-caught-up") { return .done }
          continue
        }
        console.result(change.line, json: JSON(change, withContent: withContent))
        left -= 1
        if left == 0 { return .done }
      }
      return .done
    })
}
