internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

extension PersistenceCalls {
  nonisolated(nonsending) func list(_ request: ListRequest, context: CallContext) async throws -> ListReply {
    try admit(context, .read, to: request.space)
    let now = now
    let seal = seal(of: request.space)
    let limit = request.limit == 0 ? Limits.listDefault : min(Int(request.limit), Limits.listValues)
    return try await storing {
      try await store.scan { [spaces] transaction in
        guard let space = try spaces.id(of: request.space, transaction) else { return ListReply() }
        return try Self.page(request, of: space, opening: seal, limit: limit, now: now, transaction)
      }
    }
  }

  /// The first values from `after` on, until there are `limit` or their contents are large enough for a reply.
  private static func page(
    _ request: ListRequest, of space: Int64, opening seal: SpaceSeal?, limit: Int, now: Moment,
    _ transaction: borrowing ReadTransaction
  ) throws(StoreError) -> ListReply {
    let prefix = Array(request.prefix.utf8)
    // The least key after `after` is `after` and a zero byte.
    let afterwards = request.after.isEmpty ? [] : Array(request.after.utf8) + [0]
    var reply = ListReply()
    var bytes = 0
    try transaction.forEach(
      """
      SELECT key, version, type, updated, expires, length(content), CASE $6 WHEN 1 THEN x'' ELSE content END,
        seal, (SELECT s.name FROM subject AS s WHERE s.id = value.subject)
      FROM value
      WHERE space = $1 AND key >= $2 AND key < $3 AND (expires IS NULL OR expires > $4) ORDER BY key LIMIT $5
      """,
      [
        .integer(space), .bytes(prefix.lexicographicallyPrecedes(afterwards) ? afterwards : prefix),
        // No UTF-8 has the byte 255: this is behind every key with the prefix.
        .bytes(prefix + [0xff]), .integer(now.microseconds), .integer(limit + 1), .integer(request.bare ? 1 : 0),
      ]
    ) { (row) throws(StoreError) in
      let sealedBy = request.bare ? nil : row.optionalInteger(7)
      let size =
        request.bare ? 0 : Int(clamping: SealedContent.size(stored: row.integer(5), isSealed: sealedBy != nil))
      guard reply.values.count < limit, reply.values.isEmpty || bytes + size <= Limits.pageBytes else {
        reply.more = true
        return false
      }
      // A content that no reply can hold is left for a download.
      var content: [UInt8] = []
      if size <= Limits.inlineBytes {
        guard let own = try seal.content(row, 6, sealedBy: sealedBy, of: .value(key: row.bytes(0))) else { return true }
        content = own
      }
      bytes += size + Limits.valueOverheadBytes
      reply.values.append(
        Value(
          key: row.text(0), version: UInt64(clamping: row.integer(1)), content: content, type: row.text(2),
          updated: Moment(microseconds: row.integer(3)).timestamp,
          expires: row.optionalInteger(4).map { Moment(microseconds: $0).timestamp }, subject: row.text(8)))
      return true
    }
    return reply
  }
}
