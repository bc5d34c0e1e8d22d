import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Command {
  static let replicaStatus = Command(
    name: "replica status",
    summary: "Shows how a replica stands: its entities, what waits for the hub, who syncs it.",
    details: "Says what the file holds, without a hub; other processes may have it open meanwhile.",
    options: [
      .replica,
      .flag("--follow", "Go on, and show it anew whenever it has changed."),
    ],
    examples: [
      "holdfast replica status --replica notes.replica", "holdfast replica status --follow --json --replica f",
    ],
    run: { arguments, console in
      try await arguments.withReplica { replica in
        guard arguments.has("--follow") else {
          show(try await replica.overview(), on: console)
          return .done
        }
        let line = LiveLine(on: console)
        try await replica.overviews { overview in
          if console.showsProgress { line.update(overview.line) } else { show(overview, on: console) }
        }
        return .done
      }
    })
}

private func show(_ overview: ReplicaOverview, on console: Console) {
  console.result(overview.text, json: overview.json)
}

extension ReplicaOverview {
  /// What waits, in one line.
  var line: String { [counts, lastError.map { "last error: \($0)" }].compactMap(\.self).joined(separator: ", ") }

  private var counts: String {
    let counts = [
      "\(pending) operations wait", sent > 0 ? "\(sent) sent" : nil, parked > 0 ? "\(parked) to decide" : nil,
      "change \(pulledTo)", isTended ? "a process syncs it" : "no process syncs it",
    ]
    return counts.compactMap(\.self).joined(separator: ", ")
  }

  fileprivate var text: String {
    var lines = ["space \(space)\tdevice \(device.uuidString.lowercased())\t\(state)"]
    lines += types.map { "\($0.type)\t\($0.entities) entities\t\($0.changed) changed" }
    if let lastError { lines += lastError.lines }
    lines.append(counts)
    return lines.joined(separator: "\n")
  }

  /// Synced only when nothing waits.
  private var state: String {
    switch (hasJoined, pending) {
    case (false, _): "never synced"
    case (true, 0): isWhole ? "nothing waits" : "not pulled to the end"
    default: "pending"
    }
  }

  fileprivate var json: JSON {
    [
      "space": .string(space), "device": .string(device.uuidString.lowercased()),
      "incarnation": .string(incarnation.uuidString.lowercased()), "joined": .bool(hasJoined),
      "pending": .integer(pending), "sent": .integer(sent), "parked": .integer(parked),
      "pulled_to": .unsigned(pulledTo), "whole": .bool(isWhole), "filters": .integer(filters.count),
      "tended": .bool(isTended), "last_error": lastError?.json ?? .null,
      "types": .array(
        types.map {
          ["type": .string($0.type), "entities": .integer($0.entities), "changed": .integer($0.changed)]
        }),
    ]
  }
}
