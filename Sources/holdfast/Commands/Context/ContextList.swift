import HoldfastContract
import HoldfastSDK

extension Command {
  static let contextList = Command(
    name: "context list",
    summary: "Lists the names that have a value in one scope, in order.",
    positionals: [.contextPrefix],
    options: [
      .scope("space"), .device, .user, .flag("--content", "With --json: the contents too."),
      .value("--limit", "N", "Stop after so many."), .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast context list --data ./hub", "holdfast context list ui/ --scope global --json --content --data ./hub",
    ],
    run: { arguments, console in
      var left = try arguments.count("--limit", in: 1...Int.max) ?? .max
      let withContent = try arguments.wantsContent(console)
      var request = ContextListRequest(
        place: try arguments.place(), prefix: arguments.positional("PREFIX") ?? "", bare: !withContent)
      let hub = try await Client.connect(arguments)
      while true {
        request.limit = UInt32(clamping: min(left, Int(Limits.pageValues)))
        let page = try await hub.context.list(request)
        for entry in page.entries {
          console.result(
            "\(entry.version)\t\(entry.written.text)\t\(entry.name)", json: JSON(entry, withContent: withContent))
        }
        left -= page.entries.count
        guard page.more, left > 0, let last = page.entries.last else { return .done }
        request.after = last.name
      }
    })
}
