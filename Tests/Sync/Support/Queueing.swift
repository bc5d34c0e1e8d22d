import HoldfastWire

@testable import HoldfastSync

/// A unit of one operation whose number is its position, in the lanes with these letters.
func unit(
  _ position: UInt64, _ lanes: String = "", _ urgency: Urgency = .normal, at seconds: Int = 0, bytes: Int = 10,
  notBefore: Int = 0, isParked: Bool = false
) -> PushUnit {
  PushUnit(
    position: position, operations: [PushUnit.Operation(number: position, bytes: bytes)],
    lanes: lanes.isEmpty ? [Lane(key: [UInt8(position & 0xff), 1])] : lanes.utf8.map { Lane(key: [$0]) },
    urgency: urgency, enqueued: time(seconds), notBefore: time(notBefore), isParked: isParked)
}

/// A unit in a lane of its own.
func unit(_ position: UInt64, _ urgency: Urgency, at seconds: Int = 0) -> PushUnit {
  unit(position, "", urgency, at: seconds)
}

/// A group of operations, numbered from its position on.
func group(_ position: UInt64, _ count: UInt64, _ lanes: String, bytes: Int = 10) -> PushUnit {
  var group = unit(position, lanes)
  group.operations = (position..<position + count).map { PushUnit.Operation(number: $0, bytes: bytes) }
  return group
}

func time(_ seconds: Int) -> MonotonicTime {
  MonotonicTime(nanoseconds: UInt64(seconds) * 1_000_000_000)
}

extension PushPlan {
  /// The operations of the next push.
  mutating func next(at seconds: Int = 0, _ bounds: PushBounds = PushBounds()) -> [UInt64]? {
    nextPush(at: time(seconds), bounds: bounds)?.operations
  }

  /// The push is over, each operation with the same result.
  mutating func finish(_ id: UInt64, _ result: PushResult = .done, at seconds: Int = 0) {
    let id = PushID(rawValue: id)
    let operations = units(in: id).flatMap { $0.operations.map(\.number) }
    finish(id, Dictionary(uniqueKeysWithValues: operations.map { ($0, result) }), at: time(seconds))
  }
}
