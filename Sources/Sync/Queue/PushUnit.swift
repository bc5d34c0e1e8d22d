package import HoldfastWire

/// How much a change matters to whoever made it. Ordered: what is more urgent is less.
package enum Urgency: UInt8, Comparable, CaseIterable, Sendable {
  case critical, high, normal, low, background

  package static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue < right.rawValue }
}

/// What is sent at once or not at all: one operation, or a group whose operations take effect together.
package struct PushUnit: Hashable, Sendable {
  /// One operation as it is stored.
  package struct Operation: Hashable, Sendable {
    /// Its identity; a new one each time that it has been edited.
    package var number: UInt64
    /// The length of its encoding.
    package var bytes: Int

    package init(number: UInt64, bytes: Int) {
      self.number = number
      self.bytes = bytes
    }
  }

  /// Its place in the queue: that of its first operation. What shares a lane with it and stands before it goes first.
  package var position: UInt64
  /// In their order.
  package var operations: [Operation]
  /// Of all its operations together.
  package var lanes: [Lane]
  package var urgency: Urgency
  /// When it came into the queue. One that has waited longer counts as more urgent.
  package var enqueued: MonotonicTime
  /// It is not sent before.
  package var notBefore: MonotonicTime
  /// Whether it waits for a person or the program.
  package var isParked: Bool

  package init(
    position: UInt64, operations: [Operation], lanes: [Lane], urgency: Urgency = .normal,
    enqueued: MonotonicTime = MonotonicTime(nanoseconds: 0), notBefore: MonotonicTime = MonotonicTime(nanoseconds: 0),
    isParked: Bool = false
  ) {
    self.position = position
    self.operations = operations
    self.lanes = lanes
    self.urgency = urgency
    self.enqueued = enqueued
    self.notBefore = notBefore
    self.isParked = isParked
  }

  package var bytes: Int { operations.reduce(0) { $0 + $1.bytes } }
}
