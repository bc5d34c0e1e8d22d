import HoldfastContract
import HoldfastCrypto
import HoldfastSDK
import HoldfastWire

extension Command {
  static let watch = Command(
    name: "watch",
    summary: "Prints each change of a space as it is committed, without a gap or a repeat.",
    details: """
      Goes on by itself when the hub was away. The cursor of the last change that was printed continues a watch that
      ended: give it to --cursor.
      """,
    positionals: [Positional(name: "PREFIX", summary: "How the keys begin; all keys unless given.", isOptional: true)],
    options: [
      .flag("--from-start", "Begin with the oldest change that the hub remembers, not with now."),
      .value("--cursor", "CURSOR", "Begin after the change that had this cursor."),
      .flag("--content", "With --json: the contents too."),
      .value("--limit", "N", "End after so many changes."),
      .flag("--until-caught-up", "End when all changes so far have been printed."),
      .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast watch --data ./hub", "holdfast watch notes/ --from-start --until-caught-up --json --data ./hub",
    ],
    run: { arguments, console in
      var left = try arguments.count("--limit", in: 1...Int.max) ?? .max
      let withContent = try arguments.wantsContent(console)
      let request = WatchRequest(
        space: arguments.space, prefix: arguments.positional("PREFIX") ?? "", cursor: try arguments.cursor(),
        fromStart: arguments.has("--from-start"), bare: !withContent)
      let hub = try await Client.connect(arguments)
      for try await change in hub.persistence.changes(request) {
        if change.kind == .caughtUp {
          if arguments.has("--until-caught-up") { return .done }
          continue
        }
        print(change, withContent: withContent, on: console)
        left -= 1
        if left == 0 { return .done }
      }
      return .done
    })
}

private func print(_ change: Change, withContent: Bool, on console: Console) {
  var members: [(String, JSON)] = [
    ("change", .string(change.kind.description)), ("key", .string(change.key)),
    ("sequence", .unsigned(change.sequence)), ("at", .string(change.at.text)), ("by", .string(change.by)),
    ("cursor", .string(base64URL(change.cursor))),
  ]
  if withContent, let value = change.value { members.append(JSON.content(value.content)) }
  console.result(
    "\(change.sequence)\t\(change.at.text)\t\(change.kind)\t\(change.key)\tby \(change.by)", json: .object(members))
}
