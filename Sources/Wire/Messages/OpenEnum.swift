/// An enumeration that also holds numbers for which its definition has no name, so that a newer peer's values survive.
public protocol OpenEnum: RawRepresentable, Sendable, Hashable where RawValue == Int32 {
  /// The value of that number, with or without a name.
  init(rawValue: Int32)
}
