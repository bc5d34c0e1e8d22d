import HoldfastRPC

/// Where the value of a persisted property lies, for its object and for whoever saves it.
final class PersistedCell<Value: Codable & Sendable>: Sendable {
  private struct State {
    var value: Value
    /// Rises with each change.
    var changes: UInt64 = 0
    /// The change that is saved, or was there at first.
    var saved: UInt64 = 0
  }

  private let state: Lock<State>

  init(_ value: Value) { state = Lock(State(value: value)) }

  var value: Value { state.withLock { $0.value } }

  func change(to value: Value) {
    state.withLock { state in
      state.value = value
      state.changes += 1
    }
  }
}

/// A value that is saved, of whatever type.
protocol PersistedField: AnyObject, Sendable {
  typealias Step = @Sendable () -> Void

  var isChanged: Bool { get }

  /// The value to save, with what to tell when it is saved; nil when it is saved already.
  func changed(_ key: String, _ persistence: Persistence) throws(StorageError) -> ChangedField?

  /// What makes the stored bytes its value; nothing is changed before that is called.
  func restoring(_ bytes: [UInt8], _ key: String, _ persistence: Persistence) throws(StorageError) -> Step
}

/// A value that is not saved yet.
struct ChangedField: Sendable {
  let bytes: [UInt8]
  /// Called when the bytes are saved.
  let isSaved: @Sendable () -> Void
}

extension PersistedCell: PersistedField {
  var isChanged: Bool { state.withLock { $0.changes != $0.saved } }

  func changed(_ key: String, _ persistence: Persistence) throws(StorageError) -> ChangedField? {
    let (value, changes, isChanged) = state.withLock { ($0.value, $0.changes, $0.changes != $0.saved) }
    guard isChanged else { return nil }
    return ChangedField(bytes: try persistence.encode(value, key)) {
      self.state.withLock { $0.saved = max($0.saved, changes) }
    }
  }

  func restoring(_ bytes: [UInt8], _ key: String, _ persistence: Persistence) throws(StorageError) -> Step {
    let value = try persistence.decode(Value.self, bytes, key)
    return {
      self.state.withLock { state in
        state.value = value
        state.changes += 1
        state.saved = state.changes
      }
    }
  }
}
