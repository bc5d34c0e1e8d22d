internal import HoldfastContract
internal import HoldfastStore

/// A piece of a file as the sweep finds it. Those of files that were removed are not looked at: they are about to go.
struct SweptChunk {
  static let table = SweptTable(
    count: "SELECT count(*) FROM analysis_chunk",
    page: "SELECT id, seal FROM analysis_chunk WHERE id > $1 ORDER BY id LIMIT $2", pageRows: Limits.sweptLargeRows,
    jobRows: Limits.sealedLargeRows
  ) { id, job, transaction in
    let row = try transaction.first(
      """
      SELECT c.content, c.seal, f.file, s.name FROM analysis_chunk AS c JOIN analysis_file AS f ON f.id = c.id >> $2
      JOIN space AS s ON s.id = f.space WHERE c.id = $1 AND f.file IS NOT NULL
      """, [.integer(id), .integer(ChunkID.offsetBits)]
    ) { row in
      (
        content: SweptContent(row.bytes(0), sealedBy: row.optionalInteger(1)), file: row.bytes(2),
        seal: SpaceSeal(ring: job.ring, space: row.text(3))
      )
    }
    guard let row else { return true }
    let place = SealedPlace.chunk(file: row.file, offset: ChunkID(rawValue: id).offset)
    switch try row.content.sealed(anew: row.seal, of: place) {
    case .asItIs: return true
    case .unreadable: return false
    case .changed(let contents, let key):
      try transaction.execute(
        "UPDATE analysis_chunk SET content = $2, seal = $3 WHERE id = $1",
        [.integer(id), .bytes(contents[0]), .integer(key)])
      return true
    }
  }
}
