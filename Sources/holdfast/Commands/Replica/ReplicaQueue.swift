import HoldfastSDK
import HoldfastWire

extension Command {
  static let replicaQueue = Command(
    name: "replica queue",
    summary: "Lists the operations of a replica that have no outcome yet, in their order.",
    details: "In text: the number, what is done, type, key, the changes, how it stands, what the hub said last.",
    options: [.replica, .value("--limit", "N", "Stop after so many.")],
    examples: ["holdfast replica queue --replica notes.replica"],
    run: { arguments, console in
      let limit = try arguments.count("--limit", in: 1...Int.max) ?? .max
      return try await arguments.withReplica { replica in
        try await replica.forEachOperation(limit) { console.result($0.line, json: .object($0.members)) }
        return .done
      }
    })

  static let replicaExplain = Command(
    name: "replica explain",
    summary: "Says why an operation of a replica waits, or what became of it.",
    positionals: [.operation],
    options: [.replica],
    examples: ["holdfast replica explain 12 --replica notes.replica"],
    run: { arguments, console in
      let id = try arguments.operation()
      return try await arguments.withReplica { replica in
        let number = JSON.unsigned(id.rawValue)
        switch try await replica.standing(of: id) {
        case .waiting(let explanation):
          let isTended = try await replica.overview().isTended
          let who = isTended ? "" : "; no process syncs the replica at present"
          console.result(
            explanation.description + who,
            json: [
              "id": number, "waits": true, "why": .array(explanation.reasons.map(\.json)),
              "attempts": .integer(explanation.attempts), "tended": .bool(isTended),
            ])
        case .over(let outcome):
          let (name, reason) = outcome.words
          console.result(
            "\(id): \(name)" + (reason.isEmpty ? "" : " (\(reason))"),
            json: ["id": number, "waits": false, "outcome": .string(name), "reason": .string(reason)])
        case .unknown:
          throw CommandFailure(.notFound, "nothing is known of \(id), or no longer")
        }
        return .done
      }
    })
}

extension Replica {
  /// Goes through the queue, a page at a time.
  func forEachOperation(_ limit: Int = .max, _ body: (QueuedOperation) -> Void) async throws {
    var (left, last): (Int, OperationID?) = (limit, nil)
    while left > 0 {
      let page = try await operations(after: last, limit: min(left, Int(Limits.pageValues)))
      for operation in page { body(operation) }
      guard let end = page.last else { return }
      left -= page.count
      last = end.id
    }
  }
}

extension OperationExplanation.Reason {
  var json: JSON {
    switch self {
    case .parked(let outcome):
      let (name, reason) = outcome.words
      return ["reason": "parked", "outcome": .string(name), "message": .string(reason)]
    case .behind(let others): return ["reason": "behind", "operations": .array(others.map { .unsigned($0.rawValue) })]
    case .notBefore(let time): return ["reason": "not_before", "at": .string(Timestamp(microseconds: time).text)]
    case .sent: return ["reason": "sent"]
    case .hub(let phase): return ["reason": "hub", "phase": .string("\(phase)")]
    case .next: return ["reason": "next"]
    }
  }
}
