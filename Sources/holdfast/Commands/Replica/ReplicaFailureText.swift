import HoldfastSDK
import HoldfastWire

/// What went wrong, for a terminal and for programs.
extension ReplicaFailure {
  /// What failed and why, each cause below what came of it, and what can be done.
  var lines: [String] {
    var lines = ["last error, \(activity), since \(Timestamp(microseconds: since).text):"]
    for cause in causes { lines += cause.lines(depth: 1) }
    let party =
      switch remedy.party {
      case .nobody: "nothing to do"
      case .user: "to do"
      case .maker: "nothing that helps here"
      }
    lines.append("  \(party): \(remedy)")
    return lines
  }

  var json: JSON {
    [
      "doing": .string(activity.description), "message": .string(description),
      "since": .string(Timestamp(microseconds: since).text),
      "status": status.map { .string($0.description) } ?? .null, "recoverable": .bool(isRecoverable),
      "remedy": .string(remedy.name), "to_do": .string(remedy.description), "causes": .array(causes.map(\.json)),
    ]
  }
}

extension ReplicaFailure.Cause {
  fileprivate func lines(depth: Int) -> [String] {
    let own = String(repeating: "  ", count: depth) + (depth > 1 ? "because of " : "") + "\(kind): \(message)"
    return causes.reduce(into: [own]) { $0 += $1.lines(depth: depth + 1) }
  }

  fileprivate var json: JSON {
    [
      "type": .string(type), "kind": .string(kind), "message": .string(message),
      "causes": .array(causes.map(\.json)),
    ]
  }
}
