public import HoldfastContract
import HoldfastSync
import HoldfastWire

/// An operation that waits for somebody to decide.
public struct ParkedOperation: Sendable, Hashable {
  public let id: OperationID
  public let kind: OperationKind
  public let type: String
  /// The entity's key as it travels.
  public let key: [UInt8]
  public let changes: [FieldChange]
  public let outcome: SyncOutcome
  /// Of a conflict, the fields that both sides have changed.
  public let fields: [UInt32]
  /// When it was made, in microseconds since 1970 by the device's clock.
  public let made: Int64
  public let attempts: Int

  init(_ operation: StoredOperation) {
    id = OperationID(rawValue: operation.position)
    kind = operation.content.kind
    type = operation.content.type
    key = operation.content.key
    changes = operation.content.changes
    outcome = SyncOutcome(operation.refusal ?? Outcome(kind: .blocked))
    fields = operation.refusal?.fields ?? []
    made = operation.enqueued
    attempts = Int(operation.attempts)
    encoded = operation.content.encoded()
  }

  private let encoded: [UInt8]

  /// The operation as one line of JSON, for people and for other programs. Bytes are written in hexadecimal digits;
  /// `operation` is the whole as it travels.
  public var exported: String {
    let (status, reason): (String, String) =
      switch outcome {
      case .conflict: ("conflict", "fields \(fields.map(String.init).joined(separator: ", "))")
      case .rejected(let status, let reason): ("\(status)", reason)
      case .applied, .superseded, .gone, .nothingToDo: ("\(outcome)", "")
      }
    let fields = [
      ("id", "\(id.rawValue)"), ("kind", quoted("\(kind)")), ("type", quoted(type)), ("key", quoted(hex(key))),
      ("made", "\(made)"), ("attempts", "\(attempts)"), ("status", quoted(status)), ("reason", quoted(reason)),
      ("operation", quoted(hex(encoded))),
    ]
    return "{" + fields.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A JSON string.
private func quoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\n": quoted += "\\n"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}

/// Why an operation has not been done yet.
public struct OperationExplanation: Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// Somebody has to decide about it.
    case parked(SyncOutcome)
    /// These stand before it and have to go first.
    case behind([OperationID])
    /// It is not sent before this, in microseconds since 1970: the hub asked for it.
    case notBefore(Int64)
    /// It was sent, and nothing has come back yet.
    case sent
    /// The hub cannot be reached, or does not let the replica go on.
    case hub(ReplicaStatus.Phase)
    /// It is next.
    case next
  }

  public let id: OperationID
  public let reasons: [Reason]
  public let attempts: Int

  init(_ explanation: ReplicaBook.Explanation, _ phase: ReplicaStatus.Phase, at now: Int64) {
    let operation = explanation.operation
    id = OperationID(rawValue: operation.position)
    attempts = Int(operation.attempts)
    var reasons: [Reason] = []
    if operation.isParked { reasons.append(.parked(SyncOutcome(operation.refusal ?? Outcome(kind: .blocked)))) }
    if !explanation.behind.isEmpty { reasons.append(.behind(explanation.behind.map { OperationID(rawValue: $0) })) }
    if operation.notBefore > now { reasons.append(.notBefore(operation.notBefore)) }
    switch phase {
    case .offline, .needs: reasons.append(.hub(phase))
    case .syncing, .pending, .synced, .elsewhere: break
    }
    if operation.state == .sent { reasons.append(.sent) }
    self.reasons = reasons.isEmpty ? [.next] : reasons
  }

  public var description: String {
    let words = reasons.map { reason in
      switch reason {
      case .parked(.conflict): "it met another change of the same, and somebody has to decide"
      case .parked(let outcome): "the hub did not take it (\(outcome)), and somebody has to decide"
      case .behind(let others): "it waits for \(others.map(\.description).joined(separator: " and "))"
      case .notBefore(let time): "the hub asked not to send it before \(time)"
      case .sent: "it was sent, and nothing has come back yet"
      case .hub(.offline): "the hub cannot be reached"
      case .hub(let phase): "the hub does not let the replica go on (\(phase))"
      case .next: "it is next"
      }
    }
    return "\(id): " + words.joined(separator: "; ")
  }
}
