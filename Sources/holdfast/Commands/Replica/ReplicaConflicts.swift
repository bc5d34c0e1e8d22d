import HoldfastSDK

extension Command {
  static let replicaConflicts = Command(
    name: "replica conflicts",
    summary: "Lists the operations of a replica that met another change of the same, field by field.",
    details: "In text: the operation, then a line for each field, with a * where both sides have changed it.",
    options: [.replica],
    examples: ["holdfast replica conflicts --replica notes.replica", "holdfast replica conflicts --json --replica f"],
    run: { arguments, console in
      try await arguments.withReplica { replica in
        for conflict in try await replica.namedConflicts() { console.result(conflict.text, json: conflict.json) }
        return .done
      }
    })

  static let replicaResolve = Command(
    name: "replica resolve",
    summary: "Decides a conflict of a replica: mine, server or merged.",
    details: """
      mine: what this device did prevails. server: what the hub has stays. merged: both sides' changes, and in each field
      that both have changed what --mine, --server or --set say. The decision is sent when the replica syncs next.
      """,
    positionals: [
      Positional(name: "ID", summary: "The operation's number, as `replica conflicts` shows it."),
      Positional(name: "CHOICE", summary: "mine, server or merged."),
    ],
    options: [
      .replica,
      .list("--mine", "FIELD", "With merged: this device's value."),
      .list("--server", "FIELD", "With merged: the hub's value."),
      .set,
    ],
    examples: [
      "holdfast replica resolve 12 mine --replica notes.replica",
      "holdfast replica resolve 12 merged --server title --set body='both' --replica notes.replica",
    ],
    run: { arguments, console in
      let id = try arguments.operation()
      let decision = try decision(arguments)
      return try await arguments.withReplica { replica in
        try await replica.decide(id, decision)
        let choice = arguments.positional("CHOICE") ?? ""
        console.result(
          "resolved \(id.rawValue): \(choice)", json: ["id": .unsigned(id.rawValue), "resolved": .string(choice)])
        return .done
      }
    })
}

private func decision(_ arguments: Arguments) throws(UsageError) -> NamedDecision {
  var fields: [String: FieldDecision] = [:]
  var twice: String?
  func decide(_ field: String, _ decision: FieldDecision) {
    if fields.updateValue(decision, forKey: field) != nil { twice = field }
  }
  for field in arguments.list("--mine") { decide(field, .mine) }
  for field in arguments.list("--server") { decide(field, .server) }
  for (field, texts) in try arguments.fieldTexts() { decide(field, .written(texts)) }
  if let twice { throw UsageError(message: "the field \(twice) is decided twice") }
  switch arguments.positional("CHOICE") {
  case "merged": return .merged(fields)
  case "mine" where fields.isEmpty: return .mine
  case "server" where fields.isEmpty: return .server
  case "mine", "server":
    throw UsageError(message: "--mine, --server and --set go with merged", hint: "Say merged, or leave them out.")
  case let choice:
    throw UsageError(message: "replica resolve: choose mine, server or merged, not \"\(choice ?? "")\"")
  }
}

extension NamedConflict {
  fileprivate var text: String {
    var lines = [operation.line]
    if isDeletedHere { lines.append("  deleted here") }
    if isDeletedThere { lines.append("  deleted on the hub") }
    lines += fields.map { field in
      let base = field.base.map { "was \($0.text(isMany: field.isMany))" }
      let sides = [
        base, "mine \(field.mine.text(isMany: field.isMany))", "server \(field.server.text(isMany: field.isMany))",
      ]
      return "\(field.isContested ? "*" : " ") \(field.name)\t" + sides.compactMap(\.self).joined(separator: "\t")
    }
    return lines.joined(separator: "\n")
  }

  fileprivate var json: JSON {
    .object(
      operation.members + [
        ("deleted_here", .bool(isDeletedHere)), ("deleted_there", .bool(isDeletedThere)),
        (
          "fields",
          .array(
            fields.map { field in
              [
                "field": .string(field.name), "contested": .bool(field.isContested),
                "base": field.base?.json(isMany: field.isMany) ?? .null, "mine": field.mine.json(isMany: field.isMany),
                "server": field.server.json(isMany: field.isMany),
              ]
            })
        ),
      ])
  }
}
