import HoldfastContract
import HoldfastSDK

extension Command {
  static let list = Command(
    name: "list",
    summary: "Lists the keys that begin with a prefix, in order.",
    positionals: [Positional(name: "PREFIX", summary: "How the keys begin; all keys unless given.", isOptional: true)],
    options: [
      .flag("--content", "With --json: the contents too."),
      .value("--limit", "N", "Stop after so many."),
      .space,
    ],
    connection: HubLocation.options,
    examples: ["holdfast list --data ./hub", "holdfast list notes/ --json --content --data ./hub"],
    run: { arguments, console in
      var left = try arguments.count("--limit", in: 1...Int.max) ?? .max
      let withContent = try arguments.wantsContent(console)
      var request = ListRequest(
        space: arguments.space, prefix: arguments.positional("PREFIX") ?? "", bare: !withContent)
      let hub = try await Client.connect(arguments)
      while true {
        request.limit = UInt32(clamping: min(left, Int(Limits.pageValues)))
        let page = try await hub.persistence.list(request)
        for value in page.values {
          console.result(
            "\(value.version)\t\(value.updated.text)\t\(value.key)", json: JSON(value, withContent: withContent))
        }
        left -= page.values.count
        guard page.more, left > 0, let last = page.values.last else { return .done }
        request.after = last.key
      }
    })
}
