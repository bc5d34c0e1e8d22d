/// A value in a box, for messages that hold a message of their own type; copies share the box until one is changed.
public struct Indirect<Value> {
  @usableFromInline
  final class Box {
    @usableFromInline var value: Value

    @inlinable
    init(_ value: Value) {
      self.value = value
    }
  }

  @usableFromInline var box: Box

  /// Puts the value into a box.
  @inlinable
  public init(_ value: Value) {
    box = Box(value)
  }

  /// What the box holds. A change in place copies the value only if another copy shares the box.
  @inlinable
  public var value: Value {
    get { box.value }
    _modify {
      if !isKnownUniquelyReferenced(&box) { box = Box(box.value) }
      yield &box.value
    }
    set {
      if isKnownUniquelyReferenced(&box) {
        box.value = newValue
      } else {
        box = Box(newValue)
      }
    }
  }
}

// A box is changed only while one `Indirect` alone refers to it, so no two tasks ever see a change.
extension Indirect: @unchecked Sendable where Value: Sendable {}

extension Indirect: Equatable where Value: Equatable {
  @inlinable
  public static func == (left: Indirect, right: Indirect) -> Bool {
    left.box === right.box || left.box.value == right.box.value
  }
}

extension Indirect: Hashable where Value: Hashable {
  @inlinable
  public func hash(into hasher: inout Hasher) {
    hasher.combine(box.value)
  }
}
