internal import HoldfastContract
internal import HoldfastStore

/// What happened to columns, for people.
enum RunLogTable {
  static func append(
    _ text: String, by worker: String, run: Int64, column: Int64, at: Moment, sealing seal: SpaceSeal?,
    _ transaction: borrowing WriteTransaction
  ) throws {
    let sealed = try seal?.seal(Array(text.utf8), of: .analysisLog(run: run, at: at.microseconds))
    try transaction.execute(
      """
      INSERT INTO analysis_log (run, column_id, at, worker, text, content, seal) VALUES ($1, $2, $3, $4, $5, $6, $7)
      """,
      [
        .integer(run), .integer(column), .integer(at.microseconds), .text(worker),
        .text(sealed == nil ? text : ""), .bytes(sealed?.bytes ?? []), .integer(sealed?.key),
      ])
  }

  static func page<Reading: Transaction & ~Copyable>(
    run: Int64, column: Int64?, after: Int64, limit: Int, names: [Int64: String],
    opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws(StoreError) -> [RunLogEntry] {
    try transaction.all(
      """
      SELECT id, column_id, at, worker, text, content, seal FROM analysis_log
      WHERE run = $1 AND id > $2 AND ($3 IS NULL OR column_id = $3) ORDER BY id LIMIT $4
      """, [.integer(run), .integer(after), .integer(column), .integer(limit)]
    ) { (row) throws(StoreError) in
      var text = row.text(4)
      if let key = row.optionalInteger(6) {
        let place = SealedPlace.analysisLog(run: run, at: row.integer(2))
        text = String(decoding: try seal.lastingContent(row, 5, sealedBy: key, of: place), as: UTF8.self)
      }
      return RunLogEntry(
        number: UInt64(clamping: row.integer(0)), column: names[row.integer(1)] ?? "",
        at: Moment(microseconds: row.integer(2)).timestamp, worker: row.text(3), text: text)
    }
  }
}
