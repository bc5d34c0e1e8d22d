import HoldfastCrypto
import HoldfastSDK

extension Command {
  static let replicaParked = Command(
    name: "replica parked",
    summary: "Lists the operations of a replica that wait for a decision; retries, edits or discards one.",
    details: """
      list: those that wait, oldest first. retry ID: send it again as it is. edit ID --set …: give fields other values, and
      send it again. discard ID: give it up, and what it changed is seen no longer; also one that has not been sent yet.
      What takes effect together with it shares its fate, except that only its own fields are edited.
      """,
    positionals: [
      Positional(name: "ACTION", summary: "list, retry, edit or discard; list unless given.", isOptional: true),
      Positional(name: "ID", summary: "The operation's number, for all but list.", isOptional: true),
    ],
    options: [.replica, .set],
    examples: [
      "holdfast replica parked --replica notes.replica",
      "holdfast replica parked edit 12 --set title=short --replica notes.replica",
      "holdfast replica parked discard 12 --replica notes.replica",
    ],
    run: { arguments, console in
      let action = try action(arguments)
      return try await arguments.withReplica { replica in
        switch action {
        case .list:
          for operation in try await replica.parkedOperations() {
            console.result(operation.line, json: .object(operation.members))
          }
          return .done
        case .retry(let id): try await replica.retry(id)
        case .discard(let id): try await replica.discard(id)
        case .edit(let id, let values): try await replica.edit(id, values)
        }
        let (name, id) = (arguments.positional("ACTION") ?? "", arguments.positional("ID") ?? "")
        console.result("\(name) \(id): done", json: ["id": .string(id), "action": .string(name)])
        return .done
      }
    })

  static let replicaExport = Command(
    name: "replica export",
    summary: "Prints what a replica holds, a line of JSON each: operations, those that are parked, or entities.",
    details: """
      Operations are what the hub does not have yet; `operation` is the whole as it travels, in hexadecimal digits.
      Entities are as this device sees them. Of a damaged file, --salvage prints the operations that can still be read.
      """,
    positionals: [
      Positional(name: "WHAT", summary: "operations, parked or entities; operations unless given.", isOptional: true)
    ],
    options: [.replica, .flag("--salvage", "The file is damaged: go past what cannot be read.")],
    examples: [
      "holdfast replica export --replica notes.replica > waiting.jsonl",
      "holdfast replica export entities --replica notes.replica",
    ],
    run: { arguments, console in
      let lines = Console(isJSON: true)
      let print = { (operation: QueuedOperation) in
        let whole = ("operation", JSON.string(hex(operation.encoded)))
        lines.result("", json: .object(operation.members + [whole]))
      }
      let what = arguments.positional("WHAT") ?? "operations"
      guard ["operations", "parked", "entities"].contains(what) else {
        throw UsageError(message: "replica export: export operations, parked or entities, not \"\(what)\"")
      }
      guard !arguments.has("--salvage") else {
        guard what == "operations" else { throw UsageError(message: "replica export: --salvage goes with operations") }
        let file = try arguments.replicaFile()
        let salvaged = try await SalvagedWork.read(file)
        let plain = Console(isJSON: false)
        for operation in salvaged.operations { plain.result(operation.exported, json: .object([])) }
        guard salvaged.unreadable > 0 else { return .done }
        throw CommandFailure(.failed, "\(salvaged.unreadable) places of the queue cannot be read")
      }
      return try await arguments.withReplica { replica in
        switch what {
        case "entities": try await replica.forEachEntity { lines.result("", json: $0.json) }
        case "parked": for operation in try await replica.parkedOperations() { print(operation) }
        default: try await replica.forEachOperation { print($0) }
        }
        return .done
      }
    })
}

private enum ParkedAction {
  case list
  case retry(OperationID)
  case discard(OperationID)
  case edit(OperationID, [String: [String]])
}

private func action(_ arguments: Arguments) throws(UsageError) -> ParkedAction {
  let values = try arguments.fieldTexts()
  let name = arguments.positional("ACTION") ?? "list"
  if name == "edit" {
    guard !values.isEmpty else {
      throw UsageError(message: "replica parked edit: say what to change", hint: "Give --set FIELD=VALUE.")
    }
    return .edit(try arguments.operation(), values)
  }
  guard values.isEmpty else { throw UsageError(message: "--set goes with `replica parked edit`") }
  switch name {
  case "retry": return .retry(try arguments.operation())
  case "discard": return .discard(try arguments.operation())
  case "list":
    guard arguments.positional("ID") == nil else { throw UsageError(message: "replica parked list: takes no ID") }
    return .list
  default:
    throw UsageError(message: "replica parked: list, retry, edit or discard, not \"\(name)\"")
  }
}

extension Replica {
  /// Goes through what the device sees, a page at a time.
  fileprivate func forEachEntity(_ body: (NamedEntity) -> Void) async throws {
    var last: NamedEntity?
    while true {
      let page = try await entities(after: last, limit: Int(Limits.pageValues))
      for entity in page { body(entity) }
      guard let end = page.last else { return }
      last = end
    }
  }
}

extension NamedEntity {
  fileprivate var json: JSON {
    [
      "type": .string(type), "key": .string(keyText(key)), "key_bytes": .string(hex(key)),
      "version": .unsigned(version), "changed": .bool(isChanged),
      "fields": .object(fields.map { ($0.name, $0.values.json(isMany: $0.isMany)) }),
    ]
  }
}
