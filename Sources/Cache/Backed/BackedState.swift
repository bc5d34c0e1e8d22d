/// What the source said of a key: that there is something, or that there is not.
@usableFromInline
struct Kept<Value: Sendable>: Sendable {
  @usableFromInline let value: Value?

  @usableFromInline
  init(value: Value?) { self.value = value }
}

/// What a backed cache knows beside what it keeps.
struct BackedState<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// A load under way. One that has been left is still awaited by those who asked, and not kept.
  struct Flight {
    let number: UInt64
    let task: Task<Value?, any Error>
  }

  /// Writes through of one key that are under way.
  struct Writes {
    var count = 0
    /// Whether the one there is knows what the store has after it: no other ran beside it, and nobody else changed the key.
    var isAlone = true
  }

  /// A change that the store does not have yet.
  struct Unsaved {
    let number: UInt64
    /// Nil where the key was removed.
    let value: Value?
    /// When the value ends, and when it was written, by the clock.
    let end: UInt64
    let since: UInt64
    let weight: Int

    func value(at time: UInt64) -> Value? { end > time ? value : nil }
  }

  enum Read {
    case known(Value?)
    case flight(Task<Value?, any Error>)
  }

  var flights: [Key: Flight] = [:]
  var writes: [Key: Writes] = [:]
  private(set) var unsaved: [Key: Unsaved] = [:]
  private(set) var unsavedWeight = 0
  /// The store being asked to take what is unsaved.
  var saving: Task<Void, any Error>?
  var failure: (any Error)?
  var isClosed = false
  private(set) var number: UInt64 = 0

  mutating func nextNumber() -> UInt64 {
    number += 1
    return number
  }

  /// A load has ended; true if what it brought may be kept.
  mutating func land(_ key: Key, _ number: UInt64) -> Bool {
    guard flights[key]?.number == number else { return false }
    flights[key] = nil
    return true
  }

  /// What is being loaded or written may be old by now.
  mutating func isChanged(_ key: Key) {
    flights[key] = nil
    writes[key]?.isAlone = false
  }

  mutating func setUnsaved(_ change: Unsaved?, for key: Key) {
    unsavedWeight -= unsaved[key]?.weight ?? 0
    unsavedWeight += change?.weight ?? 0
    unsaved[key] = change
  }
}
