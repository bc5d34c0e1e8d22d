internal import HoldfastStore

/// What came of analyses, as the sweep finds it: items, checkpoints, and what logs say.
enum SweptItems {
  static let table = SweptTable(
    count: "SELECT count(*) FROM analysis_block",
    page: "SELECT id, seal FROM analysis_block WHERE id > $1 ORDER BY id LIMIT $2", pageRows: Limits.sweptLargeRows
  ) { id, job, transaction in
    let row = try transaction.first(
      """
      SELECT b.content, b.seal, b.column_id, b.first_row, s.name FROM analysis_block AS b
      JOIN analysis_run AS r ON r.id = b.run JOIN space AS s ON s.id = r.space WHERE b.id = $1
      """, [.integer(id)]
    ) { row in
      (
        content: SweptContent(row.bytes(0), sealedBy: row.optionalInteger(1)),
        place: SealedPlace.items(column: row.integer(2), row: row.integer(3)),
        seal: SpaceSeal(ring: job.ring, space: row.text(4))
      )
    }
    guard let row else { return true }
    switch try row.content.sealed(anew: row.seal, of: row.place) {
    case .asItIs: return true
    case .unreadable: return false
    case .changed(let contents, let key):
      try transaction.execute(
        "UPDATE analysis_block SET content = $2, seal = $3 WHERE id = $1",
        [.integer(id), .bytes(contents[0]), .integer(key)])
      return true
    }
  }
}

enum SweptCheckpoint {
  static let table = SweptTable(
    count: "SELECT count(*) FROM analysis_checkpoint",
    page: "SELECT column_id, seal FROM analysis_checkpoint WHERE column_id > $1 ORDER BY column_id LIMIT $2",
    pageRows: Limits.sweptLargeRows, jobRows: Limits.sealedLargeRows
  ) { id, job, transaction in
    let row = try transaction.first(
      """
      SELECT p.summary, p.found, p.seal, s.name FROM analysis_checkpoint AS p
      JOIN analysis_run AS r ON r.id = p.run JOIN space AS s ON s.id = r.space WHERE p.column_id = $1
      """, [.integer(id)]
    ) { row in
      (
        content: SweptContent(row.bytes(0), row.bytes(1), sealedBy: row.optionalInteger(2)),
        seal: SpaceSeal(ring: job.ring, space: row.text(3))
      )
    }
    guard let row else { return true }
    switch try row.content.sealed(anew: row.seal, of: .summary(column: id), .found(column: id)) {
    case .asItIs: return true
    case .unreadable: return false
    case .changed(let contents, let key):
      try transaction.execute(
        "UPDATE analysis_checkpoint SET summary = $2, found = $3, seal = $4 WHERE column_id = $1",
        [.integer(id), .bytes(contents[0]), .bytes(contents[1]), .integer(key)])
      return true
    }
  }
}

enum SweptRunLog {
  static let table = SweptTable(
    count: "SELECT count(*) FROM analysis_log",
    page: "SELECT id, seal FROM analysis_log WHERE id > $1 ORDER BY id LIMIT $2"
  ) { id, job, transaction in
    let row = try transaction.first(
      """
      SELECT l.text, l.content, l.seal, l.run, l.at, s.name FROM analysis_log AS l
      JOIN analysis_run AS r ON r.id = l.run JOIN space AS s ON s.id = r.space WHERE l.id = $1
      """, [.integer(id)]
    ) { row in
      let sealedBy = row.optionalInteger(2)
      return (
        content: SweptContent(sealedBy == nil ? Array(row.text(0).utf8) : row.bytes(1), sealedBy: sealedBy),
        place: SealedPlace.analysisLog(run: row.integer(3), at: row.integer(4)),
        seal: SpaceSeal(ring: job.ring, space: row.text(5))
      )
    }
    guard let row else { return true }
    switch try row.content.sealed(anew: row.seal, of: row.place) {
    case .asItIs: return true
    case .unreadable: return false
    case .changed(let contents, let key):
      try transaction.execute(
        "UPDATE analysis_log SET text = '', content = $2, seal = $3 WHERE id = $1",
        [.integer(id), .bytes(contents[0]), .integer(key)])
      return true
    }
  }
}
