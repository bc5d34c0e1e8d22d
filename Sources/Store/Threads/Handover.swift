/// Carries a value to the one thread that will use it.
///
/// `@unchecked Sendable`: the giver keeps no reference and does not touch the value again.
struct Handover<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
