import HoldfastContract
import HoldfastSDK

extension Command {
  static let contextHistory = Command(
    name: "context history",
    summary: "Prints what a name has been in one scope, the newest first, as far as the hub remembers.",
    details: "Ends with 3 when nothing is known of it.",
    positionals: [.contextName],
    options: [
      .scope("space"), .device, .user, .flag("--content", "With --json: the contents too."),
      .value("--limit", "N", "Stop after so many changes."), .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast context history theme --data ./hub",
      "holdfast context history theme --scope user --json --content --data ./hub",
    ],
    run: { arguments, console in
      var left = try arguments.count("--limit", in: 1...Int.max) ?? .max
      let withContent = try arguments.wantsContent(console)
      var request = ContextHistoryRequest(place: try arguments.place(), name: arguments.contextName)
      let hub = try await Client.connect(arguments)
      while true {
        request.limit = UInt32(clamping: left)
        let page = try await hub.context.history(request)
        guard request.before > 0 || !page.changes.isEmpty else {
          throw CommandFailure(.notFound, "nothing is known of \(request.name) in the scope \(request.place.scope)")
        }
        for change in page.changes { console.result(change.line, json: JSON(change, withContent: withContent)) }
        left -= page.changes.count
        guard page.more, left > 0, let last = page.changes.last else { return .done }
        request.before = last.version
      }
    })
}
