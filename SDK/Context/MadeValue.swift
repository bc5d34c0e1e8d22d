/// A value of a type that is not told by this one's, and is found out by comparing two addresses: asking the runtime for
/// a generic type takes longer than all the rest of a lookup.
struct MadeValue: Sendable {
  private final class Box<Value: Sendable>: Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
  }

  private let box: any AnyObject & Sendable
  private let type: ObjectIdentifier

  init<Value: Sendable>(_ value: Value) {
    box = Box(value)
    type = ObjectIdentifier(Value.self)
  }

  /// The value, if it is of that type.
  @inline(__always)
  func value<Value: Sendable>(of type: Value.Type) -> Value? {
    guard self.type == ObjectIdentifier(Value.self) else { return nil }
    // A box with this type's address was made of a value of this type.
    return unsafeDowncast(box, to: Box<Value>.self).value
  }
}
