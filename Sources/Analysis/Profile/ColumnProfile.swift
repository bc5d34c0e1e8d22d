/// What is known of one column, in memory that does not grow with its rows.
///
/// Profiles of parts of a file merge to what one pass over all of it makes: types, lengths, distinct values and samples
/// exactly, quantiles and frequent values within the error that they state. Its coding is its checkpoint. What a person
/// wants to know is in its `report`.
public struct ColumnProfile: Sendable, Equatable, Codable {
  public let name: String
  let detail: ProfileDetail
  /// How many values are of each kind, and of each notation.
  private(set) var kinds = [Int](repeating: 0, count: ValueKind.allCases.count)
  private(set) var notations = [Int](repeating: 0, count: ValueNotation.allCases.count)
  /// How often each of the words for null occurred; the last is for blanks alone.
  private(set) var nullWords = [Int](repeating: 0, count: WordText.nulls.count + 1)
  /// What numbers, dates and times come to, for each notation but the one that is in doubt.
  private(set) var summaries = [NumberSummary?](repeating: nil, count: ColumnProfile.summaryCount)
  private(set) var characters = LengthHistogram()
  private(set) var bytes = LengthHistogram()
  private(set) var distinct: DistinctSketch
  private(set) var frequent: FrequentValues
  private(set) var samples: SampleReservoir
  private(set) var texts = TextTraits()

  static let summaryCount = Int(ValueNotation.dayOrMonthFirst.rawValue)

  public init(name: String, detail: ProfileDetail = .fitting(columns: 1)) {
    self.name = name
    self.detail = detail
    distinct = DistinctSketch(precision: detail.distinctPrecision)
    frequent = FrequentValues(room: detail.frequentRoom)
    samples = SampleReservoir(room: detail.sampleRoom)
  }

  public var rows: Int { kinds.reduce(0) { $0.addingSaturated($1) } }
  /// Rows where there is nothing: no field, an empty one without quotes, or a word for it.
  public var nulls: Int { count(of: .missing).addingSaturated(count(of: .nullWord)) }

  func count(of kind: ValueKind) -> Int { kinds[Int(kind.rawValue)] }

  /// Takes in the fields of the first `count` records in the workspace, the first of which is number `firstRow`.
  mutating func add(_ count: Int, firstRow: Int, in space: ProfileWorkspace) {
    var reader = ValueReader()
    swap(&reader.texts, &texts)
    let valueCount = read(count, firstRow: firstRow, in: space, by: &reader)
    swap(&reader.texts, &texts)
    let hashes = UnsafeBufferPointer(start: space.hashes, count: valueCount)
    distinct.add(hashes)
    frequent.add(UnsafeBufferPointer(start: space.values, count: valueCount), hashes)
    characters.add(UnsafeBufferPointer(start: space.characters, count: valueCount))
    bytes.add(UnsafeBufferPointer(start: space.bytes, count: valueCount))
  }

  /// Tells what each field is, and leaves in the workspace what the sketches need: the number of values.
  private mutating func read(
    _ count: Int, firstRow: Int, in space: ProfileWorkspace, by reader: inout ValueReader
  ) -> Int {
    let (fields, tickets, room) = (space.fields, space.tickets, space.room)
    let (values, hashes, characters, bytes) = (space.values, space.hashes, space.characters, space.bytes)
    let numbers = space.numbers
    var valueCount = 0
    withUnsafeTemporaryAllocation(of: Int.self, capacity: ValueNotation.allCases.count) { numberCounts in
      numberCounts.initialize(repeating: 0)
      kinds.withUnsafeMutableBufferPointer { kinds in
        for index in 0..<count {
          let field = fields[index]
          var reading: Reading
          if field.byteCount == 0 {
            reading = Reading(field.isQuoted ? .emptyText : .missing, characters: 0)
          } else {
            reading = reader.read(field.start.assumingMemoryBound(to: UInt8.self), field.count)
          }
          kinds[Int(reading.kind.rawValue)] += 1
          if reading.kind.rawValue <= ValueKind.nullWord.rawValue {
            if reading.kind == .nullWord { nullWords[WordText.nullIndex(field.bytes)] += 1 }
            continue
          }
          values[valueCount] = field
          hashes[valueCount] = ValueHash.hash(field.start, count: field.count)
          characters[valueCount] = reading.characters
          bytes[valueCount] = field.byteCount
          valueCount += 1
          if tickets[index] < samples.threshold {
            samples.add(field, row: firstRow + index, ticket: tickets[index])
          }
          guard reading.kind.isCounted else { continue }
          var notation = Int(reading.notation.rawValue)
          if reading.notation == .dayOrMonthFirst {
            numberCounts[notation] += 1
            let place = Int(ValueNotation.monthFirst.rawValue)
            numbers[place * room + numberCounts[place]] = reading.monthFirst
            numberCounts[place] += 1
            notation = Int(ValueNotation.dayFirst.rawValue)
          }
          numbers[notation * room + numberCounts[notation]] = reading.number
          numberCounts[notation] += 1
        }
      }
      for (notation, counted) in numberCounts.enumerated() where counted > 0 {
        notations[notation] += counted
        guard notation < Self.summaryCount else { continue }
        let added = UnsafeBufferPointer(start: numbers + notation * room, count: counted)
        change(notation) { $0.add(added) }
      }
    }
    return valueCount
  }

  /// Changes the summary of a notation, where it is, and without a copy of it.
  private mutating func change(_ notation: Int, _ change: (inout NumberSummary) -> Void) {
    var summary = summaries[notation] ?? NumberSummary(room: detail.quantileRoom)
    summaries[notation] = nil
    change(&summary)
    summaries[notation] = summary
  }

  /// Takes in what is known of other rows of the same column.
  ///
  /// - Throws: ``ProfileMismatch``, for another column or one that was looked at in other detail.
  public mutating func merge(_ other: ColumnProfile) throws(ProfileMismatch) {
    guard name == other.name else { throw ProfileMismatch("\"\(other.name)\" is not the column \"\(name)\"") }
    guard detail == other.detail else {
      throw ProfileMismatch("the profiles of column \"\(name)\" were made in different detail")
    }
    for index in kinds.indices { kinds[index].addSaturating(other.kinds[index]) }
    for index in notations.indices { notations[index].addSaturating(other.notations[index]) }
    for index in nullWords.indices { nullWords[index].addSaturating(other.nullWords[index]) }
    for (index, summary) in other.summaries.enumerated() {
      if let summary { change(index) { $0.merge(summary) } }
    }
    characters.merge(other.characters)
    bytes.merge(other.bytes)
    distinct.merge(other.distinct)
    frequent.merge(other.frequent)
    samples.merge(other.samples)
    texts.merge(other.texts)
  }
}

/// Two profiles that are not of the same columns.
public struct ProfileMismatch: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

extension ValueKind {
  /// There is a number in its reading.
  @inline(__always)
  var isCounted: Bool {
    switch self {
    case .integer, .decimal, .date, .timestamp, .time: true
    case .missing, .nullWord, .emptyText, .code, .boolean, .uuid, .mail, .url, .phone, .token, .text: false
    }
  }
}

extension ColumnProfile {
  private enum CodingKeys: CodingKey {
    case name, detail, kinds, notations, nullWords, summaries, characters, bytes, distinct, frequent, samples, texts
  }

  /// - Throws: What a checkpoint that was damaged throws: counts of the wrong number or below zero, and sketches that
  ///   are none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func counts(_ key: CodingKeys, _ number: Int) throws -> [Int] {
      let counts = try container.decode([Int].self, forKey: key)
      guard counts.count == number, counts.allSatisfy({ $0 >= 0 }) else {
        throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "these are no counts")
      }
      return counts
    }
    self.init(
      name: try container.decode(String.self, forKey: .name),
      detail: try container.decode(ProfileDetail.self, forKey: .detail))
    kinds = try counts(.kinds, kinds.count)
    notations = try counts(.notations, notations.count)
    nullWords = try counts(.nullWords, nullWords.count)
    summaries = try container.decode([NumberSummary?].self, forKey: .summaries)
    characters = try container.decode(LengthHistogram.self, forKey: .characters)
    bytes = try container.decode(LengthHistogram.self, forKey: .bytes)
    distinct = try container.decode(DistinctSketch.self, forKey: .distinct)
    frequent = try container.decode(FrequentValues.self, forKey: .frequent)
    samples = try container.decode(SampleReservoir.self, forKey: .samples)
    texts = try container.decode(TextTraits.self, forKey: .texts)
    guard summaries.count == Self.summaryCount, distinct.precision == detail.distinctPrecision,
      frequent.room == detail.frequentRoom, samples.room == detail.sampleRoom,
      summaries.allSatisfy({ $0.map { $0.quantiles.room == detail.quantileRoom } ?? true })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .detail, in: container, debugDescription: "the sketches are not of the detail that is said")
    }
  }
}
