/// The row that a query stands on, valid while the closure that received it runs. Columns count from 0.
public struct Row: ~Copyable {
  @usableFromInline let source: any DriverRow

  @usableFromInline
  init(_ source: any DriverRow) { self.source = source }

  @inlinable
  public func isNull(_ column: Int) -> Bool { source.isNull(column) }

  /// The column as an integer; 0 when it is null.
  @inlinable
  public func integer(_ column: Int) -> Int64 { source.integer(column) }

  /// The column as an integer, or nil when it is null.
  @inlinable
  public func optionalInteger(_ column: Int) -> Int64? { source.isNull(column) ? nil : source.integer(column) }

  /// The column as a number; 0 when it is null.
  @inlinable
  public func real(_ column: Int) -> Double { source.real(column) }

  /// The column as text; empty when it is null. Ill-formed UTF-8 is repaired.
  @inlinable
  public func text(_ column: Int) -> String { withBytes(column) { String(decoding: $0, as: UTF8.self) } }

  /// A copy of the column's bytes; empty when it is null.
  @inlinable
  public func bytes(_ column: Int) -> [UInt8] { withBytes(column) { [UInt8]($0) } }

  /// A copy of the column's bytes, or nil when it is null.
  @inlinable
  public func optionalBytes(_ column: Int) -> [UInt8]? { source.isNull(column) ? nil : bytes(column) }

  /// How many bytes the column has.
  @inlinable
  public func byteCount(_ column: Int) -> Int { withBytes(column) { $0.count } }

  /// Lends the column's bytes without copying them. They are gone when `body` returns.
  @inlinable
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(source.bytes(column))
  }
}
