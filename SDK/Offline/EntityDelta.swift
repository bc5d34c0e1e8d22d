public import HoldfastContract
public import HoldfastWire

/// What operations change in an entity, by the names and types of its fields.
public protocol EntityDelta: Sendable, Hashable {
  /// Nothing.
  init()

  /// The changes in their order. Fields that this version of the program does not know are left out.
  init(changes: [FieldChange]) throws(MessageDecodingError)
}

/// A field's new value.
public struct ValueDelta<Value: Sendable & Hashable>: Sendable, Hashable {
  /// As it was when it was changed.
  public var before: Value
  public var after: Value

  public init(before: Value, after: Value) {
    self.before = before
    self.after = after
  }
}

/// A change of a counter.
public struct CounterDelta<Value: FixedWidthInteger & Sendable>: Sendable, Hashable {
  /// What is added.
  public var increment: Int64 = 0
  /// The new value, when it does not depend on the one before.
  public var assigned: ValueDelta<Value>?

  public init(increment: Int64 = 0, assigned: ValueDelta<Value>? = nil) {
    self.increment = increment
    self.assigned = assigned
  }

  /// What `change` does after `earlier`; the values are those of its field.
  public init(_ earlier: CounterDelta?, _ change: FieldChange, before: Value, after: Value) {
    self = earlier ?? CounterDelta()
    if change.kind == .increment {
      increment &+= change.amount
    } else {
      self = CounterDelta(assigned: ValueDelta(before: before, after: after))
    }
  }
}

/// A change of a set.
public struct SetDelta<Element: Sendable & Hashable>: Sendable, Hashable {
  public var inserted: Set<Element> = []
  public var removed: Set<Element> = []
  /// The new set, when it does not depend on the one before.
  public var assigned: ValueDelta<Set<Element>>?

  public init(inserted: Set<Element> = [], removed: Set<Element> = [], assigned: ValueDelta<Set<Element>>? = nil) {
    self.inserted = inserted
    self.removed = removed
    self.assigned = assigned
  }

  /// What `change` does after `earlier`; the values are those of its field, or its elements.
  public init(_ earlier: SetDelta?, _ change: FieldChange, before: Set<Element>, after: Set<Element>) {
    self = earlier ?? SetDelta()
    switch change.kind {
    case .insert:
      inserted.formUnion(after)
      removed.subtract(after)
    case .remove:
      removed.formUnion(after)
      inserted.subtract(after)
    default: self = SetDelta(assigned: ValueDelta(before: before, after: after))
    }
  }
}

/// A change of a list.
public struct ListDelta<Element: Sendable & Hashable>: Sendable, Hashable {
  /// What is added at the end.
  public var appended: [Element] = []
  /// The new list, when it does not depend on the one before.
  public var assigned: ValueDelta<[Element]>?

  public init(appended: [Element] = [], assigned: ValueDelta<[Element]>? = nil) {
    self.appended = appended
    self.assigned = assigned
  }

  /// What `change` does after `earlier`; the values are those of its field, or its elements.
  public init(_ earlier: ListDelta?, _ change: FieldChange, before: [Element], after: [Element]) {
    self = earlier ?? ListDelta()
    if change.kind == .append {
      appended += after
    } else {
      self = ListDelta(assigned: ValueDelta(before: before, after: after))
    }
  }
}
