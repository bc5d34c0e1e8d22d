/// The loop that everything else is for: from one mark (delimiter, quote, escape, line end) to the next.
extension CSVScanner {
  /// Splits all text that is there; but for the last bytes where what they mean depends on what comes after them.
  mutating func split(isLast: Bool) {
    let marks = CSVMarks(dialect)
    var cursor = CSVCursor(self, limit: isLast ? filled : endOfWholeCharacters, isLast: isLast)
    checked = scanned

    blocks: while cursor.at < cursor.limit {
      makeRoom(&cursor)
      let block = CSVBlock(cursor.text + cursor.at)
      var found = cursor.counting(block.marks(marks))
      if block.hasUnusualBytes { check(cursor) }
      while found != 0 {
        let goesOn = cursor.inQuotes ? splitQuoted(&cursor, &found, marks) : splitPlain(&cursor, &found, marks)
        guard goesOn else { break blocks }
      }
      cursor.at &+= Limits.csvBlockBytes
    }
    put(cursor)
    if isLast { finishLastRecord() }
  }

  /// Goes through the marks of a block up to a quote that opens a field.
  ///
  /// - Returns: false where more text is needed to know what a mark means; the cursor is at that mark.
  @inline(__always)
  private mutating func splitPlain(_ cursor: inout CSVCursor, _ found: inout UInt64, _ marks: CSVMarks) -> Bool {
    while found != 0 {
      let position = cursor.at &+ found.trailingZeroBitCount
      found &= found &- 1
      let byte = cursor.text[position]
      if byte == marks.delimiter {
        endField(&cursor, at: position)
      } else if byte == ASCII.lineFeed {
        endField(&cursor, at: position)
        endRecord(&cursor)
      } else if byte == ASCII.carriageReturn {
        endField(&cursor, at: position)
        if cursor.start < cursor.limit && cursor.text[cursor.start] == ASCII.lineFeed {
          cursor.start &+= 1
          cursor.skip(to: cursor.start, &found)
        }
        endRecord(&cursor)
      } else if marks.hasEscape && byte == marks.escape {
        guard takeEscape(&cursor, &found, at: position) else { return false }
      } else if position == cursor.start && cursor.plainEnd >= 0 {
        cursor.quoted = 1
        cursor.inQuotes = true
        cursor.start = position + 1
        quoteLine = cursor.line
        return true
      } else {
        problems.report(
          .strayQuote, line: cursor.line, column: column(cursor),
          "a quote in a field that does not begin with one; it is kept")
      }
    }
    return true
  }

  /// Goes through the marks of a block up to the quote that closes a field, which is left for what follows it.
  ///
  /// - Returns: false where more text is needed to know what a mark means; the cursor is at that mark.
  @inline(__always)
  private mutating func splitQuoted(_ cursor: inout CSVCursor, _ found: inout UInt64, _ marks: CSVMarks) -> Bool {
    while found != 0 {
      let position = cursor.at &+ found.trailingZeroBitCount
      found &= found &- 1
      let byte = cursor.text[position]
      if byte == marks.quote {
        // A line end takes the place of what is behind the end of the file.
        var follower = ASCII.lineFeed
        if position + 1 < cursor.limit {
          follower = cursor.text[position + 1]
        } else if !cursor.isLast {
          cursor.at = position
          return false
        }
        if follower == byte {
          leaveOut(from: position + 1, to: position + 2)
          cursor.plainEnd = -1
          cursor.skip(to: position + 2, &found)
          continue
        }
        cursor.inQuotes = false
        let isStray = !marks.endsField(follower)
        if cursor.plainEnd >= 0 && !isStray {
          cursor.closing = 1
        } else {
          if isStray { reportTextAfterQuote(line: cursor.line, column: column(cursor)) }
          leaveOut(from: position, to: position + 1)
          cursor.plainEnd = -1
        }
        return true
      } else if byte == ASCII.lineFeed {
        cursor.line &+= 1
      } else if byte == ASCII.carriageReturn {
        cursor.line &+= 1
        if position + 1 < cursor.limit, cursor.text[position + 1] == ASCII.lineFeed {
          cursor.skip(to: position + 2, &found)
        }
      } else if marks.hasEscape && byte == marks.escape {
        guard takeEscape(&cursor, &found, at: position) else { return false }
      }
    }
    return true
  }

  @inline(__always)
  private mutating func endField(_ cursor: inout CSVCursor, at position: Int) {
    if position <= cursor.plainEnd {
      cursor.fields[cursor.count] = PackedField(
        start: cursor.start, count: position &- cursor.start &- cursor.closing, quoted: cursor.quoted)
    } else {
      cursor.fields[cursor.count] = closerLook(
        cursor.start, position - cursor.closing, cursor.quoted, cursor.count, cursor.first, cursor.fields,
        recordLine: cursor.recordLine)
      cursor.plainEnd = cursor.recordStart + limits.fieldBytes
    }
    cursor.count &+= 1
    cursor.start = position &+ 1
    cursor.quoted = 0
    cursor.closing = 0
  }

  /// What the last field ended was the last of its record; the next begins where the cursor is.
  @inline(__always)
  private mutating func endRecord(_ cursor: inout CSVCursor) {
    if cursor.count &- cursor.first == cursor.columns {
      cursor.ends[cursor.records] = UInt32(truncatingIfNeeded: cursor.count)
      cursor.lines[cursor.records] = cursor.recordLine
      cursor.records &+= 1
    } else {
      fieldCount = cursor.count
      recordCount = cursor.records
      finishUnusualRecord(first: cursor.first, line: cursor.recordLine)
      cursor.count = fieldCount
      cursor.records = recordCount
      cursor.columns = header?.names.count ?? -1
    }
    cursor.line &+= 1
    cursor.recordLine = cursor.line
    cursor.recordStart = cursor.start
    cursor.first = cursor.count
    cursor.plainEnd = cursor.start &+ limits.fieldBytes
  }

  /// - Returns: false where more text is needed.
  @inline(__always)
  private mutating func takeEscape(_ cursor: inout CSVCursor, _ found: inout UInt64, at position: Int) -> Bool {
    let escaped = escaped(position, limit: cursor.limit, isLast: cursor.isLast)
    switch escaped {
    case .unknown:
      cursor.at = position
      return false
    case .nothing:
      problems.report(
        .danglingEscape, line: cursor.line, column: column(cursor), "a backslash with nothing after it; it is kept")
    case .character(let end, let lineEnds):
      cursor.plainEnd = -1
      cursor.line &+= lineEnds
      cursor.skip(to: end, &found)
    }
    return true
  }

  private mutating func reportTextAfterQuote(line: Int, column: Int) {
    problems.report(
      .textAfterQuote, line: line, column: column,
      "text after the closing quote of a field; it is kept, without the quote")
  }

  /// The column of a problem; fields that are left out are all one.
  @inline(__always)
  private func column(_ cursor: CSVCursor) -> Int {
    min(cursor.count - cursor.first, limits.recordFields)
  }

  /// Room for all that may end in a block; fields over the limit of a record make room for the next.
  @inline(__always)
  private mutating func makeRoom(_ cursor: inout CSVCursor) {
    if cursor.count &- cursor.first > limits.recordFields { cursor.count = cursor.first + limits.recordFields }
    let most = Limits.csvBlockBytes + 2
    guard cursor.count &+ most > fieldCapacity || cursor.records &+ most > recordCapacity else { return }
    fieldCount = cursor.count
    recordCount = cursor.records
    makeRoomForBlock()
    cursor.fields = fields
    cursor.ends = ends
    cursor.lines = lines
  }

  /// Takes over where the cursor has come to.
  private mutating func put(_ cursor: CSVCursor) {
    scanned = min(cursor.at, cursor.limit)
    fieldCount = cursor.count
    recordCount = cursor.records
    recordField = cursor.first
    fieldStart = cursor.start
    isQuoted = cursor.quoted == 1
    inQuotes = cursor.inQuotes
    closingQuote = cursor.closing
    line = cursor.line
    recordLine = cursor.recordLine
    if cursor.recordStart > recordStart { recordOffset = textBytes - (filled - cursor.recordStart) }
    recordStart = cursor.recordStart
  }
}
