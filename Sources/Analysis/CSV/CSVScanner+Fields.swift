/// What happens seldom: fields with holes, over their limit, records of another width, the end.
extension CSVScanner {
  /// Leaves out a quote or an escape; what was before it in the field moves together.
  mutating func leaveOut(from position: Int, to resume: Int) {
    if hasHoles {
      keep(until: position)
    } else {
      hasHoles = true
      keptEnd = position
    }
    pending = resume
  }

  /// Adds what is pending, up to `end`, to what is kept of the field.
  private mutating func keep(until end: Int) {
    guard !isCut, end > pending else { return }
    if keptEnd != pending { (text + keptEnd).update(from: text + pending, count: end - pending) }
    keptEnd += end - pending
  }

  /// What an escape stands before.
  enum Escaped {
    /// A character that ends at `end`, and ends so many lines; CRLF is one.
    case character(end: Int, lineEnds: Int)
    case nothing
    /// Text that is not there yet.
    case unknown
  }

  /// Takes in the escape at `position`.
  mutating func escaped(_ position: Int, limit: Int, isLast: Bool) -> Escaped {
    guard position + 1 < limit else { return isLast ? .nothing : .unknown }
    var end = position + 2
    let byte = text[position + 1]
    if byte == ASCII.carriageReturn {
      guard end < limit || isLast else { return .unknown }
      if end < limit, text[end] == ASCII.lineFeed { end += 1 }
    }
    leaveOut(from: position, to: position + 1)
    return .character(end: end, lineEnds: byte == ASCII.carriageReturn || byte == ASCII.lineFeed ? 1 : 0)
  }

  /// A field that has holes or may be over its limit, which ends at `end`.
  mutating func closerLook(
    _ start: Int, _ end: Int, _ quoted: UInt64, _ index: Int, _ first: Int,
    _ fields: UnsafeMutablePointer<PackedField>, recordLine: Int
  ) -> PackedField {
    var length = end - start
    if hasHoles {
      keep(until: end)
      length = keptEnd - start
    }
    if !isCut {
      let allowed = allowance(index, first, recordLine)
      if length > allowed { length = cut(start, allowed, column: index - first, line: recordLine) }
    }
    hasHoles = false
    isCut = false
    return PackedField(start: start, count: length, quoted: quoted)
  }

  /// The bytes that the field `index` of a record may have, after all that come before it.
  private mutating func allowance(_ index: Int, _ first: Int, _ recordLine: Int) -> Int {
    if weighed.line != recordLine { weighed = (recordLine, 0, 0) }
    let before = min(index - first, limits.recordFields)
    while weighed.fields < before {
      weighed.bytes += fields[first + weighed.fields].count
      weighed.fields += 1
    }
    return max(0, min(limits.fieldBytes, limits.recordBytes - weighed.bytes))
  }

  /// - Returns: what is left of a field that may have `allowed` bytes and has more: whole characters.
  private mutating func cut(_ start: Int, _ allowed: Int, column: Int, line: Int) -> Int {
    problems.report(
      .fieldCut, line: line, column: min(column, limits.recordFields),
      "a field of more than \(allowed) bytes; the rest is left out")
    var length = allowed
    while length > 0, allowed - length < 3, text[start + length] & 0xC0 == 0x80 { length -= 1 }
    return text[start + length] & 0xC0 == 0x80 ? allowed : length
  }

  /// A record that has not as many fields as there are columns; or the first, which says how many there are.
  mutating func finishUnusualRecord(first: Int, line: Int) {
    var count = fieldCount - first
    let columns = header?.names.count
    if count == 1, columns != 1, fields[first].count == 0, !fields[first].isQuoted {
      problems.report(.emptyLine, line: line, "an empty line; it is no record")
      fieldCount = first
      return
    }
    if count > limits.recordFields {
      problems.report(
        .tooManyFields, line: line, "more than \(limits.recordFields) fields in a record; the rest is left out")
      count = limits.recordFields
      fieldCount = first + count
    }
    if let columns {
      if count < columns {
        problems.report(.fewerFields, line: line, "\(count) fields where there are \(columns) columns")
      } else if count > columns {
        problems.report(.moreFields, line: line, "\(count) fields where there are \(columns) columns")
      }
    } else if dialect.hasHeader {
      let names = (first..<fieldCount).map { index in
        String(
          decoding: UnsafeBufferPointer(start: text + fields[index].start, count: fields[index].count), as: UTF8.self)
      }
      header = CSVHeader(found: names, line: line, problems: &problems)
      fieldCount = first
      return
    } else {
      header = CSVHeader(columns: count)
    }
    ends[recordCount] = UInt32(truncatingIfNeeded: fieldCount)
    lines[recordCount] = line
    recordCount += 1
  }

  /// The last record of a file that does not end with a line end.
  mutating func finishLastRecord() {
    if inQuotes {
      problems.report(
        .unclosedQuote, line: quoteLine, column: min(fieldCount - recordField, limits.recordFields),
        "a quote that nothing closes; all that follows it is one field")
      inQuotes = false
    }
    let hasMore = fieldCount > recordField || filled > fieldStart || isQuoted || hasHoles
    guard hasMore else { return }
    makeRoomForBlock()
    fields[fieldCount] = closerLook(
      fieldStart, filled - closingQuote, isQuoted ? 1 : 0, fieldCount, recordField, fields, recordLine: recordLine)
    fieldCount += 1
    if fieldCount - recordField == header?.names.count {
      ends[recordCount] = UInt32(truncatingIfNeeded: fieldCount)
      lines[recordCount] = recordLine
      recordCount += 1
    } else {
      finishUnusualRecord(first: recordField, line: recordLine)
    }
    recordField = fieldCount
    isQuoted = false
    closingQuote = 0
    fieldStart = filled
    recordStart = filled
    recordOffset = textBytes
    recordLine = line
  }

  /// Forgets what was given away, and moves the unfinished record to the front.
  mutating func moveToFront() {
    recordCount = 0
    tidyField()
    let moved = recordStart
    let unfinished = fieldCount - recordField
    if recordField > 0 {
      for index in 0..<unfinished { fields[index] = fields[recordField + index] }
      recordField = 0
      fieldCount = unfinished
    }
    guard moved > 0 else { return }
    if filled > moved { text.update(from: text + moved, count: filled - moved) }
    for index in 0..<unfinished { fields[index] = fields[index].moved(by: moved) }
    filled -= moved
    scanned -= moved
    fieldStart -= moved
    keptEnd -= moved
    pending -= moved
    recordStart = 0
  }

  /// Closes the holes of the unfinished field, cuts it where it is over its limit, and moves what was not looked at
  /// behind what is kept of it: the text takes no more room than it may, however long the field goes on.
  private mutating func tidyField() {
    if !hasHoles, scanned - recordStart > limits.fieldBytes {
      let allowed = allowance(fieldCount, recordField, recordLine)
      if scanned - closingQuote - fieldStart > allowed {
        hasHoles = true
        keptEnd = fieldStart
        pending = fieldStart
        leaveOut(from: scanned - closingQuote, to: scanned)
        closingQuote = 0
      }
    }
    if hasHoles {
      keep(until: scanned)
      if !isCut {
        let allowed = allowance(fieldCount, recordField, recordLine)
        if keptEnd - fieldStart > allowed {
          keptEnd = fieldStart + cut(fieldStart, allowed, column: fieldCount - recordField, line: recordLine)
          isCut = true
        }
      }
      dropText(from: keptEnd, to: scanned)
      scanned = keptEnd
      pending = keptEnd
    }
    // In a record that is full nothing is kept of its fields any more, but the text between them would stay.
    if fieldStart - recordStart > limits.recordBytes, fieldCount > recordField {
      let keptFields = min(fieldCount - recordField, limits.recordFields)
      let end = fields[recordField + keptFields - 1].end
      let gap = fieldStart - end
      dropText(from: end, to: fieldStart)
      scanned -= gap
      keptEnd -= gap
      pending -= gap
      fieldStart -= gap
    }
  }

  private mutating func dropText(from start: Int, to end: Int) {
    guard end > start else { return }
    if filled > end { (text + start).update(from: text + end, count: filled - end) }
    filled -= end - start
  }
}
