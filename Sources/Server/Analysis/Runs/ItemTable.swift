internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

/// The blocks of items.
enum ItemTable {
  static func insert(
    _ block: ItemBlock, run: Int64, column: Int64, sealing seal: SpaceSeal?, _ transaction: borrowing WriteTransaction
  ) throws {
    var content = block
    (content.sequence, content.column, content.row) = (0, "", 0)
    let row = Int64(clamping: block.row)
    let stored = try seal.stored(content.encoded(), of: .items(column: column, row: row))
    try transaction.execute(
      """
      INSERT INTO analysis_block (run, sequence, column_id, first_row, count, content, seal)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """,
      [
        .integer(run), .integer(Int64(clamping: block.sequence)), .integer(column), .integer(row),
        .integer(block.results.count), .bytes(stored.bytes), .integer(stored.key),
      ])
  }

  /// Blocks with items after `sequence`, in order, until they have `bytes` together; one at least. A block that begins
  /// before it is cut.
  static func read<Reading: Transaction & ~Copyable>(
    run: Int64, after sequence: UInt64, names: [Int64: String], bytes: Int, opening seal: SpaceSeal?,
    _ transaction: borrowing Reading
  ) throws(StoreError) -> [ItemBlock] {
    var page = ItemPage(run: run, names: names, bytes: bytes, seal: seal, last: Int64(clamping: sequence))
    while !page.isFull {
      let last = page.last
      let adopted = try AdoptedItems.next(of: run, after: last, transaction)
      if let adopted, adopted.first <= last + 1 {
        try page.add(adopted, transaction)
      } else {
        try page.addOwn(upTo: adopted.map { $0.first - 1 } ?? .max, transaction)
      }
      // What there is ends here.
      if page.last == last { break }
    }
    return page.blocks
  }
}

/// Where the items of a column that it has from another stand among those of its run.
private struct AdoptedItems {
  let column: Int64
  let source: Int64
  /// The sequences of the first and the last.
  let first: Int64
  let last: Int64

  /// Those of which some come after a sequence, the first in order.
  static func next<Reading: Transaction & ~Copyable>(
    of run: Int64, after sequence: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> AdoptedItems? {
    try transaction.first(
      """
      SELECT c.id, c.source, c.first_sequence, p.rows_done FROM analysis_column AS c
      JOIN analysis_checkpoint AS p ON p.column_id = c.source
      WHERE c.run = $1 AND c.first_sequence + p.rows_done > $2 + 1 ORDER BY c.first_sequence LIMIT 1
      """, [.integer(run), .integer(sequence)]
    ) { row in
      AdoptedItems(
        column: row.integer(0), source: row.integer(1), first: row.integer(2),
        last: row.integer(2) + row.integer(3) - 1)
    }
  }
}

/// Blocks of a run in the making.
private struct ItemPage {
  let run: Int64
  let names: [Int64: String]
  /// The most that all may have, but for the first.
  let bytes: Int
  let seal: SpaceSeal?
  /// The sequence of the last item that was taken, or looked at before.
  var last: Int64
  var blocks: [ItemBlock] = []
  var size = 0
  var isFull = false

  /// Takes items of the run itself, up to a sequence.
  mutating func addOwn<Reading: Transaction & ~Copyable>(
    upTo end: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) {
    var page = self
    try transaction.forEach(
      """
      SELECT sequence, column_id, first_row, content, seal FROM analysis_block
      WHERE run = $1 AND sequence > $2 - $3 AND sequence + count > $2 + 1 AND sequence <= $4 ORDER BY sequence
      """, [.integer(run), .integer(last), .integer(Limits.batchTexts), .integer(end)]
    ) { (row) throws(StoreError) in
      try page.add(row, at: row.integer(0), of: row.integer(1))
    }
    self = page
  }

  /// Takes items that the run has from another.
  mutating func add<Reading: Transaction & ~Copyable>(
    _ adopted: AdoptedItems, _ transaction: borrowing Reading
  ) throws(StoreError) {
    var page = self
    try transaction.forEach(
      """
      SELECT sequence, column_id, first_row, content, seal FROM analysis_block
      WHERE column_id = $1 AND first_row > $2 - $3 AND first_row + count > $2 ORDER BY first_row
      """, [.integer(adopted.source), .integer(last + 1 - adopted.first), .integer(Limits.batchTexts)]
    ) { (row) throws(StoreError) in
      try page.add(row, at: adopted.first + row.integer(2), of: adopted.column)
    }
    self = page
  }

  /// Takes a row with `column_id, first_row, content, seal` from the second column on, unless there is enough.
  /// - Returns: whether there is room for more.
  private mutating func add(
    _ row: borrowing HoldfastStore.Row, at sequence: Int64, of column: Int64
  ) throws(StoreError) -> Bool {
    size += row.byteCount(3)
    guard blocks.isEmpty || size <= bytes else {
      isFull = true
      return false
    }
    let place = SealedPlace.items(column: row.integer(1), row: row.integer(2))
    let content = try seal.lastingContent(row, 3, sealedBy: row.optionalInteger(4), of: place)
    var block: ItemBlock
    do {
      block = try ItemBlock(decoding: content)
    } catch {
      throw StoreError(.corrupt, "items of an analysis from \(sequence) on cannot be read", cause: error)
    }
    block.sequence = UInt64(clamping: sequence)
    block.column = names[column] ?? ""
    block.row = UInt64(clamping: row.integer(2))
    if sequence <= last {
      let known = Int(clamping: last - sequence + 1)
      block.results.removeFirst(min(block.results.count, known))
      block.sequence += UInt64(known)
      block.row += UInt64(known)
    }
    last = Int64(clamping: block.sequence) + Int64(block.results.count) - 1
    blocks.append(block)
    return true
  }
}
