public import HoldfastWire

/// Items that have arrived and wait for their reader: their encodings one behind the other, in one piece of memory.
struct ItemBatch {
  private struct Entry {
    let end: Int
    let credit: Int
  }

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  /// Where the first item that has not been taken begins, and which it is.
  private var start = 0
  private var first = 0

  var isEmpty: Bool { first == entries.count }

  /// The credit of all that has not been taken.
  var credit: Int { entries[first...].reduce(0) { $0 + $1.credit } }

  mutating func append(_ body: MessageBody, credit: Int) {
    switch body {
    case .view(let view): bytes.append(contentsOf: view)
    case .assembled(let whole, from: 0) where bytes.isEmpty: bytes = whole
    case .assembled(let whole, let from): bytes.append(contentsOf: whole[from...])
    }
    entries.append(Entry(end: bytes.count, credit: credit))
  }

  /// The next item, and the credit that it has cost.
  mutating func popFirst() -> (item: ArrivedItem, credit: Int)? {
    guard first < entries.count else { return nil }
    let entry = entries[first]
    let item = ArrivedItem(bytes: bytes, start: start, end: entry.end)
    first += 1
    start = entry.end
    return (item, entry.credit)
  }

  /// Makes it empty, with its memory for what comes next.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    start = 0
    first = 0
  }
}

/// An item as it arrived, encoded; decoded by whoever knows its type.
@usableFromInline
struct ArrivedItem: Sendable {
  @usableFromInline let bytes: [UInt8]
  @usableFromInline let start: Int
  @usableFromInline let end: Int

  @inlinable
  func decode<Item: Message>(limits: DecodingLimits) throws(MessageDecodingError) -> Item {
    // The closure is handed over as a `Result`, since `withUnsafeBytes` keeps no error type.
    try bytes.withUnsafeBytes { all in
      Result { () throws(MessageDecodingError) in
        try Item(decoding: UnsafeRawBufferPointer(rebasing: all[start..<end]), limits: limits)
      }
    }.get()
  }
}
