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
    let after = Int64(clamping: sequence)
    var blocks: [ItemBlock] = []
    var size = 0
    try transaction.forEach(
      """
      SELECT sequence, column_id, first_row, content, seal FROM analysis_block
      WHERE run = $1 AND sequence > $2 - $3 AND sequence + count > $2 + 1 ORDER BY sequence
      """, [.integer(run), .integer(after), .integer(Limits.batchTexts)]
    ) { (row) throws(StoreError) in
      size += row.byteCount(3)
      guard blocks.isEmpty || size <= bytes else { return false }
      let place = SealedPlace.items(column: row.integer(1), row: row.integer(2))
      let content = try seal.lastingContent(row, 3, sealedBy: row.optionalInteger(4), of: place)
      var block: ItemBlock
      do {
        block = try ItemBlock(decoding: content)
      } catch {
        throw StoreError(.corrupt, "items of an analysis from \(row.integer(0)) on cannot be read", cause: error)
      }
      block.sequence = UInt64(clamping: row.integer(0))
      block.column = names[row.integer(1)] ?? ""
      block.row = UInt64(clamping: row.integer(2))
      if block.sequence <= sequence {
        let known = sequence - block.sequence + 1
        block.results.removeFirst(min(block.results.count, Int(clamping: known)))
        block.sequence += known
        block.row += known
      }
      blocks.append(block)
      return true
    }
    return blocks
  }
}
