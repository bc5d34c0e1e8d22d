/// A line that a device prints.
enum DeviceLine: Hashable, Sendable {
  /// The replica has taken a change: its place in the queue, the mark that it leaves, and the tallies that get it.
  case accepted(position: UInt64, mark: String, tallies: [UInt32])
  /// All that was done has its outcome.
  case settled
  /// It holds what the hub holds.
  case equal
  /// Another process on its file syncs for it.
  case elsewhere

  var text: String {
    switch self {
    case .accepted(let position, let mark, let tallies):
      (["accepted", "\(position)", mark] + tallies.map { "\($0)" }).joined(separator: " ")
    case .settled: "settled"
    case .equal: "equal"
    case .elsewhere: "elsewhere"
    }
  }

  init?(_ text: some StringProtocol) {
    let words = text.split(separator: " ")
    switch words.first {
    case "accepted":
      guard words.count > 2, let position = UInt64(words[1]) else { return nil }
      self = .accepted(
        position: position, mark: String(words[2]), tallies: words.dropFirst(3).compactMap { UInt32($0) })
    case "settled": self = .settled
    case "equal": self = .equal
    case "elsewhere": self = .elsewhere
    default: return nil
    }
  }
}

/// What a device is told while it runs, a line each.
enum DeviceCommand: String, Sendable {
  /// Change nothing more, decide what waits for a decision, and wait for the outcome of all that was done.
  case settle
  /// Say whether the hub holds the same, and end.
  case report
}
