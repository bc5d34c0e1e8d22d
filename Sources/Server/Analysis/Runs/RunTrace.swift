internal import HoldfastStore
internal import HoldfastWire

/// Which trace a run belongs to, as its row has it: so that a run which a later start of the hub goes on with stays in its
/// trace.
struct RunTrace: Sendable {
  /// The run's own span.
  let context: TraceContext
  /// The span of whoever began it; nil where that gave none.
  let parent: UInt64?

  init(in parent: TraceContext?) {
    context = parent?.child() ?? .random()
    self.parent = parent?.span
  }

  // MARK: The row

  /// The trace in 16 bytes, the run's span and the other's in 8 each, the flags.
  static let add: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE analysis_run ADD COLUMN trace BLOB NOT NULL DEFAULT X''")
  }

  static let remove: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE analysis_run DROP COLUMN trace")
  }

  func write(toRun id: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute("UPDATE analysis_run SET trace = $2 WHERE id = $1", [.integer(id), .bytes(bytes)])
  }

  /// - Returns: nil for a run from before there were traces.
  static func read<Reading: Transaction & ~Copyable>(
    ofRun id: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> RunTrace? {
    let bytes = try transaction.first("SELECT trace FROM analysis_run WHERE id = $1", [.integer(id)]) { $0.bytes(0) }
    guard let bytes, !bytes.isEmpty else { return nil }
    guard let trace = RunTrace(bytes) else {
      throw StoreError(.corrupt, "the trace of the analysis \(id) cannot be read")
    }
    return trace
  }

  private static let size = 33

  private var bytes: [UInt8] {
    [context.trace.high, context.trace.low, context.span, parent ?? 0].flatMap { number in
      withUnsafeBytes(of: number.bigEndian, Array.init)
    } + [context.flags]
  }

  private init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    let numbers = stride(from: 0, to: Self.size - 1, by: 8).map { start in
      bytes[start..<start + 8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    }
    guard let trace = TraceID(numbers[0], numbers[1]), numbers[2] != 0 else { return nil }
    context = TraceContext(trace: trace, span: numbers[2], flags: bytes[Self.size - 1])
    parent = numbers[3] == 0 ? nil : numbers[3]
  }
}
