import HoldfastWire

/// What a provider remembers of a key.
final class HeldValue: Sendable {
  /// Nil where the source has no value.
  let bytes: [UInt8]?
  /// The value of the type that was asked for last, so that it is not made of the bytes each time.
  let made: MadeValue?
  /// What resolutions say it is from.
  let source: String
  let version: UInt64
  let fetched: MonotonicTime
  /// Until when it is as good as asking.
  let freshUntil: MonotonicTime
  /// Until when it is better than nothing.
  let usableUntil: MonotonicTime

  init(
    _ bytes: [UInt8]?, made: MadeValue? = nil, source: String, version: UInt64, fetched: MonotonicTime,
    freshUntil: MonotonicTime, usableUntil: MonotonicTime
  ) {
    self.bytes = bytes
    self.made = made
    self.source = source
    self.version = version
    self.fetched = fetched
    self.freshUntil = freshUntil
    self.usableUntil = usableUntil
  }

  var weight: Int { ContextLimits.entryBytes + (bytes?.count ?? 0) }

  /// The value, if it was made already and is of that type.
  @inline(__always)
  func value<Value: Sendable>(of type: Value.Type) -> Value? { made?.value(of: type) }

  /// The same with the value that was made of it.
  func making(_ value: some Sendable) -> HeldValue {
    HeldValue(
      bytes, made: MadeValue(value), source: source, version: version, fetched: fetched, freshUntil: freshUntil,
      usableUntil: usableUntil)
  }

  /// The same, but the source is to be asked.
  func aged() -> HeldValue {
    HeldValue(
      bytes, made: made, source: source, version: version, fetched: fetched, freshUntil: fetched,
      usableUntil: usableUntil)
  }
}
